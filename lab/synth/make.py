"""One seed's work, as the processes of a pool do it."""

from lab.synth import dataset
from lab.synth.session import write_session
from lab.synth.stills import write_stills
from lab.synth.windows import write_crops


def _labels(folder):
    """Collects what every frame shows, camera by camera."""
    images = {}

    def on_frame(camera, number, seconds, setting):
        images.setdefault(camera, []).append({
            "file_name": f"{setting.world.cameras[camera].id}.mp4#{number}",
            "width": setting.size[0], "height": setting.size[1],
            "things": setting.things(camera, with_masks=True)})

    def write():
        for camera, frames in images.items():
            dataset.write_coco(frames, folder / f"labels_cam{camera}.json")

    return on_frame, write


def make(job):
    arguments, seed = job
    if arguments.stills or arguments.crops:
        done = arguments.out / "done" / str(seed)
        if not done.exists():
            count = (write_stills(seed, arguments.out, size=arguments.size) if arguments.stills
                     else write_crops(seed, arguments.out))
            done.parent.mkdir(exist_ok=True)
            done.write_text(f"{count}\n")
        return f"{seed}: {'stills' if arguments.stills else 'crops'}"
    folder = arguments.out / f"session_{seed:07}"
    if folder.exists():
        return f"{seed}: is there already"
    on_frame, write_labels = _labels(folder) if arguments.labels else (lambda *_: None, None)
    truth = write_session(seed, folder, arguments.scenario, arguments.size, arguments.fps,
                          arguments.crf, on_frame)
    if write_labels:
        write_labels()
    return f"{seed}: {truth['scenario']}, {len(truth['events'])} events"
