#include "cli/json_output.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

#include "base/cart_json.hpp"

namespace tally::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

double rounded(double value, double steps_per_unit) {
  return std::round(value * steps_per_unit) / steps_per_unit;
}

Json json_of(const vision::MaskedDetection& found, const std::vector<std::string>& class_names) {
  const vision::Detection& detection = found.detection;
  const auto id = static_cast<std::size_t>(detection.class_id);
  const auto pixel = [](float value) { return rounded(static_cast<double>(value), 100); };
  const vision::Box& box = detection.box;
  Json json = {{"class", id < class_names.size() ? class_names[id] : std::to_string(id)},
               {"class_id", detection.class_id},
               {"score", rounded(static_cast<double>(detection.score), 1e4)},
               {"box", {pixel(box.left), pixel(box.top), pixel(box.right), pixel(box.bottom)}}};
  if (!found.mask.empty()) {
    json["mask"] = {{"size", {found.mask.picture.height, found.mask.picture.width}},
                    {"counts", found.mask.counts}};
  }
  return json;
}

void add_engine(Json& json, const EngineFacts& engine) {
  json["model"] = engine.model;
  json["description"] = engine.description;
  json["precision"] = engine.precision;
  json["threads"] = engine.threads;
  json["streams"] = engine.streams;
  json["requests"] = engine.requests;
}

Json json_of(const PipelineRun& run) {
  Json rates = Json::array();
  for (const double rate : run.frames_per_second_runs) rates.push_back(rounded(rate, 10));
  Json stages = Json::object();
  for (const auto& [stage, seconds] : run.stats.stage_seconds) {
    stages[stage] = {{"seconds", rounded(seconds, 1e4)}};
  }
  return {{"frames_per_second", rounded(run.frames_per_second, 10)},
          {"frames_per_second_runs", std::move(rates)},
          {"wall_seconds", rounded(run.stats.wall_seconds, 1e4)},
          {"cpu_seconds", rounded(run.cpu_seconds, 1e4)},
          {"frames", run.stats.frames_decoded},
          {"frames_detected", run.stats.frames_detected},
          {"stages", std::move(stages)},
          {"frame_ms",
           {{"mean", rounded(run.frame_ms.mean, 1e3)},
            {"p50", rounded(run.frame_ms.p50, 1e3)},
            {"p90", rounded(run.frame_ms.p90, 1e3)},
            {"p99", rounded(run.frame_ms.p99, 1e3)},
            {"max", rounded(run.frame_ms.max, 1e3)}}}};
}

}  // namespace

std::string detections_json(const std::vector<DetectedPicture>& pictures,
                            const std::vector<std::string>& class_names) {
  std::string text = R"({"schema": "tally.detections.v1", "images": [)";
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const DetectedPicture& picture = pictures[i];
    Json detections = Json::array();
    for (std::size_t d = 0; d < picture.detections.size(); ++d) {
      detections.push_back(json_of(picture.detections[d], class_names));
      const bool tracked = d < picture.tracks.size() && picture.tracks[d] != 0;
      if (tracked) detections.back()["track"] = picture.tracks[d];
    }
    const Json json = {{"file", picture.file},          {"frame", picture.frame},
                       {"time_ms", picture.time_ms},    {"width", picture.size.width},
                       {"height", picture.size.height}, {"detections", std::move(detections)}};
    text += (i == 0 ? "\n" : ",\n") + dumped(json, -1);
  }
  return text + "\n]}\n";
}

std::string engine_bench_json(const EngineFacts& engine, const inference::EngineBench& bench,
                              const ResourceUse& use) {
  Json json = {{"schema", "tally.bench.engine.v1"},
               {"inferences_per_second", rounded(bench.inferences_per_second, 100)},
               {"inferences", bench.inferences},
               {"seconds", rounded(bench.seconds, 1e4)},
               {"latency_ms",
                {{"min", rounded(bench.latency_ms_min, 1e3)},
                 {"p50", rounded(bench.latency_ms_p50, 1e3)},
                 {"p90", rounded(bench.latency_ms_p90, 1e3)},
                 {"p99", rounded(bench.latency_ms_p99, 1e3)},
                 {"max", rounded(bench.latency_ms_max, 1e3)}}}};
  add_engine(json, engine);
  json["peak_memory_bytes"] = use.resident_bytes_peak;
  return dumped(json, 2) + "\n";
}

std::string pipeline_bench_json(const PipelineBench& bench) {
  Json json = {
      {"schema", "tally.bench.pipeline.v1"}, {"video", bench.video}, {"cameras", bench.cameras}};
  json.update(json_of(bench.run));
  json["duration_ms"] = bench.duration_ms;
  json["decode_alone"] = {{"frames", bench.decode_alone.frames},
                          {"cpu_seconds", rounded(bench.decode_alone.cpu_seconds, 1e4)},
                          {"wall_seconds", rounded(bench.decode_alone.wall_seconds, 1e4)}};
  json["runs_agree"] = bench.runs_agree;
  add_engine(json, bench.engine);
  json["peak_memory_bytes"] = bench.use.resident_bytes_peak;
  if (bench.reference) {
    Json reference = json_of(*bench.reference);
    reference["carts_agree"] = bench.differences.empty();
    reference["differences"] = bench.differences;
    json["reference"] = std::move(reference);
    json["speedup"] =
        rounded(bench.run.frames_per_second / bench.reference->frames_per_second, 100);
  }
  return dumped(json, 2) + "\n";
}

std::string doctor_json(const std::vector<Check>& checks) {
  Json list = Json::array();
  bool ok = true;
  for (const Check& check : checks) {
    ok = ok && check.grade != Check::Grade::kFail;
    list.push_back({{"check", check.name},
                    {"grade", name_of(check.grade)},
                    {"found", check.found},
                    {"mend", check.mend.empty() ? Json(nullptr) : Json(check.mend)}});
  }
  const Json json = {{"schema", "tally.doctor.v1"}, {"ok", ok}, {"checks", std::move(list)}};
  return dumped(json, 2) + "\n";
}

std::string list_line(const std::string& video, const Cart& cart) {
  return "{\"video\":" + dumped(Json(video), -1) +
         ",\"cart\":" + to_json_line(cart, CartStatsIn::kYes) + "}\n";
}

std::string list_line(const std::string& video, const Error& error) {
  const Json json = {{"video", video},
                     {"error", {{"code", error.code.name}, {"message", error.message}}}};
  return dumped(json, -1) + "\n";
}

}  // namespace tally::cli
