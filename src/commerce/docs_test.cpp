// docs/commerce.md shows the machines as they are.
#include <gtest/gtest.h>

#include "base/files.hpp"
#include "commerce/dispute.hpp"
#include "commerce/payment.hpp"
#include "commerce/planogram.hpp"
#include "commerce/review.hpp"
#include "commerce/session.hpp"

namespace tally::commerce {
namespace {

class CommerceDocument : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto page = read_file(std::filesystem::path(TALLY_SOURCE_DIR) / "docs/commerce.md",
                                std::size_t{1} << 20U);
    ASSERT_TRUE(page) << page.error().message;
    page_ = *page;
  }
  void expect_diagram(const std::string& diagram) const {
    EXPECT_TRUE(page_.contains("```mermaid\n" + diagram + "```\n"))
        << "docs/commerce.md lacks this diagram:\n"
        << diagram;
  }

  std::string page_;
};

TEST_F(CommerceDocument, ShowsTheDiagramOfEveryTable) {
  expect_diagram(diagram_of(session_transitions()));
  expect_diagram(diagram_of(payment_transitions()));
  expect_diagram(diagram_of(review_transitions()));
  expect_diagram(diagram_of(dispute_transitions()));
  expect_diagram(diagram_of(planogram_transitions()));
}

}  // namespace
}  // namespace tally::commerce
