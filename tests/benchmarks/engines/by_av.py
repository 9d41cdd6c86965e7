"""An animation as PyAV reads it. Given ENDING FILE; frames to FILE.npy, facts as JSON."""

import json
import sys

import av
import numpy as np

_FORMATS = {".png": "apng"}  # by the name alone it would be one picture
_DECODERS = {".webm": "libvpx-vp9"}  # FFmpeg's own leaves transparency out


def main() -> None:
    ending, file = sys.argv[1:]
    with av.open(file, format=_FORMATS.get(ending)) as container:
        stream, *masks = _moving(container)
        decoder = stream.codec_context
        if ending in _DECODERS:
            decoder = av.CodecContext.create(_DECODERS[ending], "r")
            decoder.extradata = stream.codec_context.extradata
        frames = []
        for packet in container.demux(stream):
            frames += decoder.decode(packet if packet.size else None)
        shown = np.stack([frame.to_ndarray(format="rgba") for frame in frames])
        duration = container.duration / av.time_base if container.duration else 0.0
        if not duration and frames[-1].time is not None:
            duration = float(frames[-1].time) * len(frames) / max(1, len(frames) - 1)
        kind = frames[0].format.name
    if masks:  # AVIF keeps transparency as a second track
        with av.open(file) as container:
            alpha = container.decode(_moving(container)[1])
            shown[..., 3] = np.stack([frame.to_ndarray(format="gray") for frame in alpha])
        kind += " + gray"
    np.save(file + ".npy", shown)
    print(json.dumps({"program": f"PyAV {av.__version__}", "seconds": duration, "kind": kind}))


def _moving(container):
    """AVIF begins with the first frame as a picture of its own."""
    most = max(stream.frames for stream in container.streams.video)
    return [stream for stream in container.streams.video if stream.frames == most]


main()
