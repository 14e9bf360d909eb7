"""Two populations in the values of one label."""

import numpy as np

from spinlens.core.errors import SpinlensError


def crossing(values):
    """Where the weighted densities of a mixture of two Gaussians, fitted to the values, are
    equal between their means: a single population is cut near its middle, so a crossing is no
    proof of two. Raises SpinlensError where there is none, as where one lies within the other."""
    from scipy.optimize import brentq
    from sklearn.mixture import GaussianMixture

    nowhere = "no crossing of two Gaussians between their means, set a number as the threshold"
    if np.unique(values).size < 2:
        raise SpinlensError(nowhere)
    scale = np.std(values)  # the fit's floor on a variance is absolute
    mixture = GaussianMixture(2, n_init=5, random_state=0).fit(values[:, np.newaxis] / scale)
    low, high = np.argsort(mixture.means_.ravel())

    def share_of_upper(value):
        return mixture.predict_proba([[value]])[0, high] - 0.5

    between = mixture.means_[[low, high], 0]
    if not share_of_upper(between[0]) < 0 < share_of_upper(between[1]):
        raise SpinlensError(nowhere)
    return float(brentq(share_of_upper, *between)) * scale
