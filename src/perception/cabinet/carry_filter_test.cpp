#include "perception/cabinet/carry_filter.hpp"

#include <gtest/gtest.h>

#include "perception/cabinet/cabinet_stage.hpp"
#include "perception/cabinet/carry.hpp"

namespace tally::cabinet {
namespace {

vision::Box box_at(const vision::Camera& camera, const vision::Point3& point, double extent) {
  const auto pixel = camera.project(point);
  const double half = extent * camera.model().focal_x / camera.to_camera(point).z / std::sqrt(8.0);
  return {static_cast<float>(pixel->x - half), static_cast<float>(pixel->y - half),
          static_cast<float>(pixel->x + half), static_cast<float>(pixel->y + half)};
}

const vision::Cuboid kReach = reach_of({.width = 0.8, .height = 1.2, .depth = 0.45});

class CarryFilterTest : public ::testing::Test {
 protected:
  CarryFilterTest() {
    for (const auto& model : testing::three_cameras()) cameras_.emplace_back(model);
  }
  std::vector<vision::Camera> cameras_;
};

TEST_F(CarryFilterTest, OneSightingGivesAPlaceAlongItsRayWithAnHonestDoubt) {
  const vision::Point3 point{0.1, -0.2, 0.5};
  const auto filter = CarryFilter::begin(cameras_[0], from_seconds(1),
                                         box_at(cameras_[0], point, 0.25), 0.17, kReach);
  ASSERT_TRUE(filter);
  const CarryPlace place = filter->predict(from_seconds(1));
  const vision::Point3 off = place.position - point;
  EXPECT_GT(vision::length(off), 0.1);  // It is larger than was assumed: put too near.
  const double sigma = vision::length(place.sigma);
  EXPECT_LT(vision::length(off), 3 * sigma);
  EXPECT_GT(sigma, 0.1);
}

TEST_F(CarryFilterTest, ASecondCameraALittleLaterTellsWhereItIs) {
  const vision::Point3 point{0.1, -0.2, 0.5};
  auto filter = CarryFilter::begin(cameras_[0], from_seconds(1), box_at(cameras_[0], point, 0.25),
                                   0.17, kReach);
  ASSERT_TRUE(filter);
  double time = 1;
  for (int look = 0; look < 6; ++look) {
    time += 0.03;
    const vision::Camera& camera = cameras_[static_cast<std::size_t>(look + 1) % 3];
    ASSERT_TRUE(filter->update(camera, from_seconds(time), box_at(camera, point, 0.25)));
  }
  const CarryPlace place = filter->predict(from_seconds(time));
  EXPECT_LT(vision::length(place.position - point), 0.03);
  EXPECT_LT(vision::length(place.sigma), 0.08);
}

TEST_F(CarryFilterTest, SmoothingTellsWhereAMovingThingWasAtFirst) {
  const auto path = [](double t) { return vision::Point3{0.1, 0.05 - 0.8 * t, 0.6}; };
  auto filter = CarryFilter::begin(cameras_[1], from_seconds(0), box_at(cameras_[1], path(0), 0.25),
                                   0.17, kReach);
  ASSERT_TRUE(filter);
  for (int look = 1; look <= 12; ++look) {
    const double time = 0.03 * look;
    const vision::Camera& camera = cameras_[static_cast<std::size_t>(look + 1) % 3];
    filter->update(camera, from_seconds(time), box_at(camera, path(time), 0.25));
  }
  const auto places = filter->smooth();
  ASSERT_EQ(places.size(), 13U);
  EXPECT_LT(vision::length(places.front().position - path(0)), 0.06);
  EXPECT_LT(vision::length(places[6].position - path(0.18)), 0.03);
  EXPECT_NEAR(places[6].velocity.y, -0.8, 0.3);
}

TEST_F(CarryFilterTest, AStrangersSightingIsFarAway) {
  const vision::Point3 point{0.1, -0.2, 0.5};
  auto filter = CarryFilter::begin(cameras_[0], from_seconds(1), box_at(cameras_[0], point, 0.17),
                                   0.17, kReach);
  ASSERT_TRUE(filter);
  for (std::size_t camera : {1, 2, 0, 1, 2}) {
    filter->update(cameras_[camera], from_seconds(1), box_at(cameras_[camera], point, 0.17));
  }
  const vision::Point3 other{-0.2, -0.3, 0.5};
  const auto near =
      filter->judge(cameras_[0], from_seconds(1.03), box_at(cameras_[0], point, 0.17));
  const auto far = filter->judge(cameras_[0], from_seconds(1.03), box_at(cameras_[0], other, 0.17));
  ASSERT_TRUE(near && far);
  EXPECT_LT(near->distance, 2);
  EXPECT_GT(far->distance, 4);
  EXPECT_GT(near->log_likelihood, far->log_likelihood);
}

TEST_F(CarryFilterTest, NothingIsPutBelowTheFloorOrBehindTheWall) {
  // So small a box would be far below the cabinet.
  const vision::Box box{630, 600, 640, 610};
  const auto filter = CarryFilter::begin(cameras_[0], from_seconds(1), box, 0.17, kReach);
  ASSERT_TRUE(filter);
  const CarryPlace place = filter->predict(from_seconds(1));
  EXPECT_GE(place.position.z, kReach.min.z);
  EXPECT_GE(place.position.y, kReach.min.y);
  EXPECT_LE(place.position.y, kReach.max.y);
}

TEST_F(CarryFilterTest, ABoxWithoutAreaBeginsNothing) {
  EXPECT_FALSE(CarryFilter::begin(cameras_[0], from_seconds(1), {5, 5, 5, 5}, 0.17, kReach));
}

}  // namespace
}  // namespace tally::cabinet
