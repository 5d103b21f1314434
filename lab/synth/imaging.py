"""What a cheap camera makes of light: exposure, colour, noise, flicker, glare, fog."""

import cv2
import numpy as np

NOISE_BANK = 6


class Sensor:
    """One camera's way to see, drawn from a generator. Pictures are RGB, uint8."""

    def __init__(self, rng, size, night=False, fogged=False):
        self.rng, self.size = rng, size
        width, height = size
        self.gain = rng.uniform(0.72, 1.12) * (0.62 if night else 1.0)
        self.gamma = rng.uniform(0.85, 1.15)
        self.balance = 1 + rng.normal(0, 0.05, 3)
        self.saturation = rng.uniform(0.7, 1.1)
        self.blur = rng.uniform(0.35, 0.95) * width / 1280
        sigma = rng.uniform(1.0, 3.5) * (2.0 if night else 1.0)
        self.flicker = rng.uniform(0.0, 0.03) if rng.random() < 0.35 else 0.0
        self.bands = rng.uniform(1.0, 5.0) if rng.random() < 0.25 else 0.0
        self.fog = rng.uniform(0.15, 0.5) if fogged else 0.0
        self.glare = self._glare() if rng.random() < 0.25 else None
        noise = rng.normal(0, sigma, (NOISE_BANK, height // 2 + 32, width // 2 + 32, 1))
        self.noise = np.repeat(noise, 3, axis=3).astype(np.int16)
        self.rows = np.arange(height)

    def _glare(self):
        """Two or three soft bright spots, fixed to the lens."""
        width, height = self.size
        small = np.zeros((height // 8, width // 8), np.float32)
        for _ in range(int(self.rng.integers(1, 4))):
            centre = (int(self.rng.integers(small.shape[1])),
                      int(self.rng.integers(small.shape[0])))
            axes = (int(self.rng.integers(3, 14)), int(self.rng.integers(2, 6)))
            cv2.ellipse(small, centre, axes, float(self.rng.uniform(0, 180)), 0, 360,
                        float(self.rng.uniform(40, 130)), -1)
        spot = cv2.resize(cv2.GaussianBlur(small, (0, 0), 2.5), (width, height))
        return np.repeat(spot[..., None], 3, axis=2).astype(np.uint8)

    def _curve(self, gain):
        levels = np.arange(256) / 255.0
        curves = [255 * np.clip(levels * gain * b, 0, 1) ** self.gamma for b in self.balance]
        return np.stack(curves, axis=1).astype(np.uint8)[None]

    def _noise(self):
        width, height = self.size
        plane = self.noise[self.rng.integers(NOISE_BANK)]
        y, x = self.rng.integers(32, size=2)
        noise = cv2.resize(plane[y:y + height // 2, x:x + width // 2], (width, height),
                           interpolation=cv2.INTER_NEAREST)
        if self.bands:
            phase = self.rng.uniform(0, 2 * np.pi)
            wave = self.bands * np.sin(self.rows * 4 * np.pi / height + phase)
            noise = noise + wave.astype(np.int16)[:, None, None]
        return noise

    def expose(self, picture, clear_share=0.0):
        """`clear_share`: how much of the fog has gone, 0..1."""
        if self.blur > 0.3:
            picture = cv2.GaussianBlur(picture, (0, 0), self.blur)
        fog = self.fog * (1 - clear_share)
        if fog > 0.02:
            small = cv2.resize(picture, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
            haze = cv2.resize(cv2.GaussianBlur(small, (0, 0), 3), self.size)
            picture = cv2.addWeighted(picture, 1 - fog, haze, fog * 0.6, fog * 0.4 * 190)
        if self.glare is not None:
            picture = cv2.add(picture, self.glare)
        if abs(self.saturation - 1) > 0.05:
            grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
            picture = cv2.addWeighted(picture, self.saturation, grey, 1 - self.saturation, 0)
        gain = self.gain * (1 + self.rng.normal(0, self.flicker) if self.flicker else 1.0)
        picture = cv2.LUT(picture, self._curve(gain))
        return cv2.add(picture, self._noise(), dtype=cv2.CV_8U)


class Clock:
    """A camera's frame times: an offset, a drift, jitter, and frames that never come."""

    def __init__(self, rng, frames_per_second):
        self.rng = rng
        self.period = 1 / frames_per_second
        self.offset = rng.uniform(0, self.period)
        self.drift = 1 + rng.normal(0, 5e-5)
        self.stated_offset = max(0.0, self.offset + rng.normal(0, 0.004))
        self.loss = rng.choice((0.0, rng.uniform(0.0, 0.03)), p=(0.5, 0.5))

    def times(self, duration):
        """Of the frames that come, seconds on the session's clock."""
        count = int((duration - self.offset) / self.period)
        times = self.offset + np.arange(count) * self.period * self.drift
        times = times + self.rng.normal(0, 0.0008, count)
        kept = self.rng.random(count) >= self.loss
        if self.loss and count > 30:  # And now and then some in a row.
            at = int(self.rng.integers(5, count - 10))
            kept[at:at + int(self.rng.integers(2, 5))] = False
        kept[0] = True
        return times[kept]
