"""The part that needs PyTorch and the Neuron SDK: trace, compile, and find the NEFF."""

import importlib
import tempfile
from pathlib import Path

from lab.neuron.package import write_package
from lab.neuron.plan import PlanError

LOG_LINES = 20


def network_of(plan):
    """The torch.nn.Module that is to be compiled, its weights loaded."""
    if plan.module:
        module, factory = plan.module.split(":")
        return getattr(importlib.import_module(module), factory)().eval()
    import onnx
    import onnx2torch
    return onnx2torch.convert(onnx.load(plan.package / plan.manifest["graph"])).eval()


def prepared(network, plan):
    """The network with the picture's preparation before it, where the chip is to do that."""
    import torch

    given = plan.manifest["input"]

    class Prepared(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.network = network

        def forward(self, pictures):
            values = pictures
            if plan.pictures == "u8":
                if given["color"] == "bgr":
                    values = values.flip(3)
                values = values.to(torch.float32) * given["scale"]
                if given["layout"] == "nchw":
                    values = values.permute(0, 3, 1, 2).contiguous()
            outputs = self.network(values)
            outputs = outputs if isinstance(outputs, (tuple, list)) else (outputs,)
            return tuple(output.to(torch.float32) for output in outputs)

    return Prepared().eval()


def golden_picture(plan):
    """The golden input as the traced module takes it, in every item of the batch."""
    import torch

    given = plan.manifest["input"]
    height, width = plan.size
    content = bytearray((plan.package / plan.manifest["golden"]["input"]).read_bytes())
    picture = torch.frombuffer(content, dtype=torch.uint8).reshape(1, height, width, 3)
    if plan.pictures == "f32":
        picture = picture.flip(3) if given["color"] == "bgr" else picture
        picture = picture.to(torch.float32) * given["scale"]
        picture = picture.permute(0, 3, 1, 2) if given["layout"] == "nchw" else picture
    return picture.expand(plan.batch, -1, -1, -1).contiguous()


def check_golden(module, plan):
    """That the network, on this CPU, is the package's: shapes, and values of the golden picture."""
    import torch

    golden = plan.manifest["golden"]
    with torch.no_grad():
        outputs = module(golden_picture(plan))
    wanted = [[plan.batch, *output["shape"][1:]] for output in plan.manifest["output"]]
    seen = [list(output.shape) for output in outputs]
    if seen != wanted:
        raise PlanError(f"the network gives {seen}, the package has {wanted}; is it its network?")
    for output, file, step in zip(outputs, golden["outputs"], golden["output_steps"]):
        kept = torch.frombuffer(bytearray((plan.package / file).read_bytes()), dtype=torch.float32)
        values = output[0].flatten()[::step]
        off = ((values - kept).abs() / kept.abs().clamp(min=1)).max().item()
        if not off <= golden["tolerance"]:
            raise PlanError(f"{file}: the network is off by {off:.3g} on the golden picture, "
                            f"allowed are {golden['tolerance']}; is it the package's network?")


def compiler_words(work, error):
    """What the compiler said: its exception, and the end of its log."""
    lines = [str(error)]
    for log in sorted(Path(work).rglob("log-neuron-cc.txt")):
        lines += log.read_text(errors="replace").splitlines()[-LOG_LINES:]
    return "\n".join(lines)


def compile_package(plan):
    """Compiles and writes the package. Raises PlanError, with the compiler's own words."""
    import torch
    import torch_neuronx

    module = prepared(network_of(plan), plan)
    check_golden(module, plan)
    example = torch.zeros(plan.example_shape,
                          dtype=torch.uint8 if plan.pictures == "u8" else torch.float32)
    with tempfile.TemporaryDirectory(prefix="tally-neuron-") as work:
        try:
            torch_neuronx.trace(module, example, compiler_workdir=work,
                                compiler_args=plan.compiler_args, cpu_backend=True)
        except Exception as error:  # The SDK raises whatever its parts raise.
            raise PlanError(f"neuronx-cc did not compile it: {compiler_words(work, error)}")
        neffs = sorted(Path(work).rglob("graph.neff"))
        if len(neffs) != 1:
            raise PlanError(f"the SDK left {len(neffs)} files graph.neff; one was expected: the "
                            "whole graph must run on the chip")
        write_package(plan, neffs[0])
