#include "cli/argument_parts.hpp"

namespace tally::cli {

void add_compile(CLI::App& root, CompileArguments& into) {
  CLI::App& app =
      add_command(root, "compile", "Make a model package from an exported detector or embedder.",
                  R"(Examples:
  tally compile yolo11n.onnx -o models/yolo11n
  tally compile yolox_nano.onnx -o models/yolox --names coco80 --licence Apache-2.0
  tally compile embedder.onnx -o models/embedder --task embed
  tally compile yolo.onnx -o models/half --precision fp16 --verify photos
  tally compile yolo.onnx -o models/int8 --precision int8 --calibrate photos --verify dataset)");
  app.add_option("MODEL", into.graph, "The exported graph, an ONNX file")->required();
  app.add_option("--output,-o", into.output, "The package's folder")
      ->required()
      ->option_text("DIR");
  app.add_option("--task", into.task,
                 "detect, segment or embed; default: as the file says or looks")
      ->check(CLI::IsMember({"detect", "segment", "embed"}))
      ->option_text("TASK");
  app.add_option("--names", into.names, "Class names, one a line, or 'coco80'; default: the file's")
      ->option_text("FILE");
  app.add_option("--name", into.name, "The model's name; default: the file's")->option_text("NAME");
  app.add_option("--licence,--license", into.licence, "Licence of the weights")->option_text("L");
  app.add_option("--source", into.source, "Where the weights come from")->option_text("TEXT");
  app.add_option("--precision", into.precision,
                 "fp32, bf16, fp16 (weights stored so) or int8; default: fp32")
      ->check(CLI::IsMember({"fp32", "bf16", "fp16", "int8"}))
      ->option_text("P");
  app.add_option("--calibrate", into.calibrate,
                 "Pictures for int8, as the model will see; by lab/quantise")
      ->option_text("DIR");
  app.add_option("--size", into.size, "The network's picture, if the graph allows another")
      ->option_text("WxH");
  app.add_option("--batch", into.batch, "A number, or 'dynamic', if the graph allows it")
      ->option_text("N");
  app.add_option("--target", into.target, "cpu, or neuron: see docs/neuron.md; default: cpu")
      ->check(CLI::IsMember({"cpu", "neuron"}))
      ->option_text("T");
  app.add_option(
         "--verify", into.verify,
         "Compare with fp32 on pictures, with labels also AP50; =CLASS: all labels are that")
      ->option_text("DIR[=CLASS]");
  app.add_option("--against", into.against, "The graph in fp32, of one that is quantised already")
      ->option_text("FILE");
  app.add_option("--tolerance", into.tolerance,
                 "Write nothing that loses more AP50, agreement or cosine; default: 0.02")
      ->check(number_between(0, 2))
      ->option_text("X");
  app.add_flag("--force", into.force, "Replace an existing package");
  app.add_flag("--quiet,-q", into.quiet, "No messages; errors are told");
}

void add_models(CLI::App& root, ModelsArguments& into) {
  CLI::App& app = add_command(root, "models", "List model packages, or show one in full.",
                              R"(Examples:
  tally models                     those that come with tally
  tally models models/detector     one in full
  tally models old new --json      all in two folders, as JSON)");
  app.add_option("DIR", into.folders, "Packages, or folders of packages; default: models/");
  app.add_flag("--json", into.json, "Print JSON on standard output");
}

}  // namespace tally::cli
