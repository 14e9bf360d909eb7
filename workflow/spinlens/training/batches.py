"""Batches of network inputs and of their truth, streamed; augmentation by a layer group.

Samples are turned, mirrored and shifted for networks of voxels, to which a crystal turned by 60°
is another crystal. On a hexagonal cell with as many voxels along a as along b, the turns by
multiples of 60°, the mirrors and the shifts by whole voxels in the plane only permute the voxels:
nothing is interpolated. No label here depends on how a crystal stands: moment, ground state and
exchange energy are those of its mirror image, too.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.core.errors import SpinlensError
from spinlens.dataset.network_inputs import Inputs
from spinlens.settings.sizes import require_square

Augment = Callable[[NDArray[np.float32], np.random.Generator], NDArray[np.float32]]
OPERATIONS = 24  # of the point group 6/mmm
LATTICE_TOLERANCE = 0.05  # Å


class Batches(keras.utils.PyDataset):
    """Batches of (inputs, truth) of some samples, shuffled anew each epoch from a seed.

    For an optimizer that averages the gradients of several parts, the parts of a batch come one
    by one, as (inputs, truth, weights). They are of one size, filled up with samples of weight 0;
    the others' weights make up for that, so that every sample counts in the gradient as it does
    in a whole batch. The loss and metrics of an epoch weigh a batch that does not part evenly,
    the last one as a rule, by its filled-up size.

    Parameters
    ----------
    inputs : Inputs or Mapping
        Fields of the dataset's samples, or what was made of them, by index.
    samples : array_like of int, shape (samples,)
        Indices in the dataset.
    truth : NDArray, shape (samples,) or (samples, 1)
        Classes or values.
    batch_size : int
        Samples of a batch.
    seed : int or None
        Without a seed the samples keep their order.
    augment : callable or None
        Changes each field (na, nb, nc, channels), given a random generator; needs a seed.
    parts : int
        Parts in which a batch passes.
    """

    def __init__(
        self,
        inputs: Inputs | Mapping[int, NDArray[Any]],
        samples: ArrayLike,
        truth: NDArray[Any],
        batch_size: int,
        seed: int | None = None,
        augment: Augment | None = None,
        parts: int = 1,
    ) -> None:
        super().__init__()
        self.inputs, self.samples, self.truth = inputs, np.asarray(samples), truth
        self.batch_size, self.augment, self.parts = batch_size, augment, parts
        self._order = np.arange(len(self.samples))
        self._random = None if seed is None else np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self) -> int:
        """Parts of all batches."""
        return self.parts * -(-len(self.samples) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        """Return inputs, truth and, of a part, its weights."""
        batch, part = divmod(index, self.parts)
        chosen = self._order[batch * self.batch_size : (batch + 1) * self.batch_size]
        if self.parts == 1:
            return self._of(chosen)
        size = -(-len(chosen) // self.parts)
        own = chosen[part * size : (part + 1) * size]
        weights = np.zeros(size, dtype=np.float32)
        weights[: len(own)] = size * self.parts / len(chosen)
        filled = np.concatenate([own, np.repeat(chosen[:1], size - len(own))])
        return *self._of(filled), weights

    def on_epoch_end(self) -> None:
        """Shuffle for the next epoch."""
        if self._random is not None:
            self._order = self._random.permutation(len(self.samples))

    def state(self) -> dict[str, Any]:
        """Return the order of the samples and the state of the random generator."""
        random = None if self._random is None else self._random.bit_generator.state
        return {"order": self._order.tolist(), "random": random}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up what `state` returned."""
        self._order = np.array(state["order"])
        if self._random is not None:
            self._random.bit_generator.state = state["random"]

    def _of(self, chosen: NDArray[np.int64]) -> tuple[Any, Any]:
        return model_inputs(self.inputs, self.samples[chosen], self._augmented), self.truth[chosen]

    def _augmented(self, field: NDArray[np.float32]) -> NDArray[np.float32]:
        if self.augment is None or self._random is None:
            return field
        return self.augment(field, self._random)


def model_inputs(
    inputs: Inputs | Mapping[int, NDArray[Any]],
    samples: Sequence[int] | NDArray[np.int64],
    change: Callable[[NDArray[np.float32]], NDArray[np.float32]] = lambda field: field,
) -> Any:
    """Gather what a model takes of some samples.

    Parameters
    ----------
    inputs : Inputs or Mapping
        As `Batches` takes them.
    samples : sequence of int
        Indices in the dataset.
    change : callable
        Applied to each field.

    Returns
    -------
    NDArray of float, shape (samples, na, nb, nc, channels), or a tuple
        Fields; beside them the lattices (samples, 3, 3) in Å if the point's family takes them.
    """
    fields = np.stack([change(inputs[sample]) for sample in samples])
    lattices = getattr(inputs, "lattices", None)
    return fields if lattices is None else (fields, lattices[np.asarray(samples)])


class LayerGroup:
    """Function that applies to a field an operation of a hexagonal layer group, drawn at random.

    Parameters
    ----------
    lattices : iterable of NDArray, shape (3, 3)
        Lattices of the samples in Å.
    shape : sequence of int
        Voxels (na, nb, nc) of the grid.

    Raises
    ------
    SpinlensError
        If a cell is not hexagonal, with c across the plane, or the grid differs along a and b.
    """

    def __init__(self, lattices: Iterable[NDArray[Any]], shape: Sequence[int]) -> None:
        require_square(shape)
        for lattice in lattices:
            self.operations = operations(lattice)
            if len(self.operations) < OPERATIONS:
                raise SpinlensError(
                    "augmentation: layer_group needs hexagonal cells with c across the plane, "
                    f"one has the vectors {np.round(lattice, 3).tolist()} Å: set it to none"
                )

    def __call__(self, field: NDArray[Any], random: np.random.Generator) -> NDArray[Any]:
        """Apply an operation and a shift by whole voxels in the plane.

        Parameters
        ----------
        field : NDArray, shape (na, nb, nc, channels)
            Network input.
        random : numpy.random.Generator
            Draws the operation and the shift.

        Returns
        -------
        NDArray, shape (na, nb, nc, channels)
            The same values at other voxels.
        """
        operation = self.operations[random.integers(len(self.operations))]
        shift = [*random.integers(field.shape[:2]), 0]
        return moved(field, operation, shift)


def operations(lattice: ArrayLike) -> NDArray[np.int64]:
    """Operations that leave the lengths of a lattice as they are, and keep c or turn it over.

    They are those of the point group that spglib finds, in ascending order of the matrices, so
    that a random number draws the same one everywhere.

    Parameters
    ----------
    lattice : array_like of float, shape (3, 3)
        Lattice vectors in Å, a row each.

    Returns
    -------
    NDArray of int, shape (operations, 3, 3)
        Matrices on fractional coordinates.
    """
    import spglib

    cell = np.asarray(lattice, float).tolist(), [(0, 0, 0)], [1]
    found = spglib.get_symmetry(cell, LATTICE_TOLERANCE)
    rotations = [] if found is None else found["rotations"]
    kept = [each for each in rotations if not (each[:2, 2].any() or each[2, :2].any())]
    return np.array(sorted(kept, key=lambda each: (*each[:2, :2].ravel(), -each[2, 2])), int)


def moved(
    field: NDArray[Any], operation: ArrayLike, shift: Sequence[int] = (0, 0, 0)
) -> NDArray[Any]:
    """Move a field on its periodic grid: at x it becomes what it was at `operation` x + `shift`.

    Parameters
    ----------
    field : NDArray, shape (na, nb, nc, ...)
        Values on the grid.
    operation : array_like of int, shape (3, 3)
        Matrix on fractional coordinates.
    shift : sequence of int
        Voxels along a, b and c.

    Returns
    -------
    NDArray, shape (na, nb, nc, ...)
        The same values at other voxels.
    """
    shape = np.array(field.shape[:3])
    voxels = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), -1)
    source = (voxels @ np.asarray(operation).T + np.asarray(shift)) % shape
    return field[tuple(np.moveaxis(source, -1, 0))]
