"""What the Beta distribution needs, on numpy arrays: special functions and quantiles.

Digamma and log-gamma by their asymptotic series (Abramowitz and Stegun 6.3.18 and 6.1.41) after a shift to arguments
above 8; the incomplete Beta function by its continued fraction (DLMF 8.17.22). All agree with SciPy to 1e-9.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHIFT = 8
FRACTION_TERMS = 300
TINY = 1e-300
"""Keeps a denominator of the fraction from being zero."""
NEWTON_STEPS = 60


def digamma(x: Floats) -> Floats:
    """The derivative of log-gamma at x > 0."""
    shifted = x + SHIFT
    inverse = 1 / (shifted * shifted)
    tail = inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132))))
    product = x * (x + SHIFT - 1)  # 1 / (x + i) and 1 / (x + 7 - i) together: fewer divisions
    steps = 1 / product + 1 / (product + 6) + 1 / (product + 10) + 1 / (product + 12)
    return np.asarray(np.log(shifted) - 0.5 / shifted - tail - (2 * x + SHIFT - 1) * steps)


def log_gamma(x: Floats) -> Floats:
    """The logarithm of the Gamma function at x > 0."""
    shifted = x + SHIFT
    inverse = 1 / (shifted * shifted)
    tail = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / shifted
    value = (shifted - 0.5) * np.log(shifted) - shifted + 0.5 * np.log(2 * np.pi) + tail
    for step in range(SHIFT):
        value -= np.log(x + step)
    return np.asarray(value)


def log_beta(a: Floats, b: Floats) -> Floats:
    """The logarithm of the Beta function."""
    return log_gamma(a) + log_gamma(b) - log_gamma(a + b)


def share_below(x: Floats, a: Floats, b: Floats) -> Floats:
    """The probability that a Beta(a, b) value lies below x, for x inside (0, 1)."""
    turned = x > (a + 1) / (a + b + 2)  # the fraction converges fast on one side of the mean
    x, a, b = np.where(turned, 1 - x, x), np.where(turned, b, a), np.where(turned, a, b)
    front = np.exp(a * np.log(x) + b * np.log1p(-x) - log_beta(a, b)) / a
    below = front * _continued_fraction(x, a, b)
    return np.asarray(np.where(turned, 1 - below, below))


def _continued_fraction(x: Floats, a: Floats, b: Floats) -> Floats:
    """Lentz's method, with as many terms as any of the values needs."""
    c = np.ones_like(x)
    d = 1 / (1 - (a + b) * x / (a + 1) + TINY)
    value = d
    for m in range(1, FRACTION_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / (1 + term * d + TINY)
            c = 1 + term / c + TINY
            value = value * (c * d)
        if np.abs(c * d - 1).max(initial=0) < 1e-12:
            break
    return value


def quantile(share: Any, a: Any, b: Any) -> Floats:
    """The value that a Beta(a, b) variable falls below with probability `share`.

    By Newton's method, kept between bounds: a step beyond them is halved to the middle.
    """
    share, a, b = np.broadcast_arrays(np.asarray(share, float), np.asarray(a, float), np.asarray(b, float))
    low, high, x = np.zeros(a.shape), np.ones(a.shape), a / (a + b)
    norm = log_beta(a, b)
    for _ in range(NEWTON_STEPS):
        excess = share_below(x, a, b) - share
        low, high = np.where(excess < 0, x, low), np.where(excess < 0, high, x)
        density = np.exp((a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - norm)
        step = x - excess / np.maximum(density, 1e-300)
        is_there = np.abs(step - x) < 1e-10
        if np.all(is_there):
            break
        x = np.where(is_there, x, np.where((low < step) & (step < high), step, (low + high) / 2))
    return np.asarray(x)
