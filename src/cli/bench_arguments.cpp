#include "cli/argument_parts.hpp"

namespace tally::cli {
namespace {

constexpr int kStreamsMax = 256;
constexpr double kBenchSecondsMax = 3600;
constexpr int kRepeatMax = 1000;

void add_figures(CLI::App& bench, BenchPending& into) {
  BenchCompareArguments& two = into.compare;
  CLI::App& compare = add_command(
      bench, "compare", "How many times as fast B is as A: their runs, pair by pair.",
      "Example:\n  tally bench compare before.json now.json --svg docs/images/faster.svg");
  compare.add_option("A", two.a, "What a bench printed with --json")->required();
  compare.add_option("B", two.b, "Another")->required();
  compare.add_option("--svg", two.svg, "Draw both into this file")->option_text("FILE");
  compare.add_flag("--json", two.json, "Print JSON on standard output");
  BenchCostArguments& money = into.cost;
  CLI::App& cost = add_command(bench, "cost",
                               "Money for a million frames and for a session, at a price per hour.",
                               "Example:\n  tally bench cost now.json --per-hour 0.153");
  cost.add_option("RESULT", money.result, "What a bench printed with --json")->required();
  cost.add_option("--per-hour", money.per_hour, "What the measured machine costs for an hour")
      ->required()
      ->check(number_between(1e-6, 1e6))
      ->option_text("PRICE");
  cost.add_flag("--json", money.json, "Print JSON on standard output");
}

void add_density(CLI::App& bench, BenchDensityArguments& into) {
  CLI::App& app = add_command(bench, "density",
                              "How many live sessions this machine watches with carts in time.",
                              R"(Examples:
  tally bench density demo/take_one
  tally bench density demo/take_one --sessions 1,2,4 --rounds 20 --json > now.json
  tally bench density demo/take_one --svg density.svg)");
  app.add_option("SESSION", into.session, "A folder with session.toml")->required();
  add_model(app, into.model);
  app.add_option("--close-up", into.close_up,
                 "Detector's package for close-ups of hands; default: models/close_up")
      ->option_text("PKG");
  app.add_option("--embedder", into.embedder, "Embedder's model package; default: models/embedder")
      ->option_text("PKG");
  app.add_option("--sessions", into.sessions, "At once; default: 1, 2, … until it is too much")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(number_between(1, kDensityMax))
      ->option_text("A,B,C");
  app.add_option("--rounds", into.rounds, "Sessions of each door, one by one; default: 5")
      ->check(number_between(1, kRepeatMax))
      ->option_text("N");
  app.add_option("--slots", into.slots, "Watched at a time, others wait; default: 2, a server's")
      ->check(number_between(1, kDensityMax))
      ->option_text("N");
  app.add_option("--svg", into.svg, "Draw each level's carts into this file")->option_text("FILE");
  add_threads(app, into.threads);
  add_outputs(app, into.json, into.quiet);
}

}  // namespace

void add_bench(CLI::App& root, BenchPending& into) {
  CLI::App& bench = add_command(root, "bench", "Measure the speed of a model or of a whole clip.",
                                R"(Examples:
  tally bench engine models/yolo --seconds 10
  tally bench pipeline clip.mp4 --model models/yolo
  tally bench pipeline demo/take_several --json > now.json
  tally bench density demo/take_one
  tally bench compare before.json now.json
  tally bench cost now.json --per-hour 0.153)");
  bench.require_subcommand(1);
  CLI::App& engine = add_command(bench, "engine", "Inferences per second of a model by itself.",
                                 "Example:\n  tally bench engine models/yolo --streams 2 --json");
  engine.add_option("PKG", into.engine.model, "Model package")->required();
  engine.add_option("--seconds", into.engine.seconds, "How long; default: 5")
      ->check(number_between(0.01, kBenchSecondsMax))
      ->option_text("S");
  engine.add_option("--streams", into.engine.streams, "Requests that run at the same time")
      ->check(number_between(0, kStreamsMax))
      ->option_text("N");
  add_threads(engine, into.engine.threads);
  add_outputs(engine, into.engine.json, into.engine.quiet);

  BenchPipelineArguments& clip = into.pipeline;
  CLI::App& pipeline = add_command(
      bench, "pipeline", "Frames per second from a video to its cart, with and without savings.",
      "Example:\n  tally bench pipeline clip.mp4 --model models/yolo --no-reference");
  pipeline.add_option("VIDEO", clip.video, "Video of one session, or a folder with session.toml")
      ->required();
  add_model(pipeline, clip.model);
  pipeline.add_option("--layout", clip.layout, "Stock zones and products")->option_text("FILE");
  pipeline.add_option("--repeat", clip.repeat, "Runs; the median counts; default: 3")
      ->check(number_between(1, kRepeatMax))
      ->option_text("N");
  pipeline.add_flag("--reference", clip.reference,
                    "Also once with every saving off, and compare the carts (default)");
  pipeline.add_flag_callback(
      "--no-reference", [&clip] { clip.reference = false; }, "Leave that out: it is slow");
  add_threads(pipeline, clip.threads);
  add_outputs(pipeline, clip.json, clip.quiet);
  add_density(bench, into.density);
  add_figures(bench, into);
}

}  // namespace tally::cli
