"""Sizes of kernels, strides and pools along a, b and c, and whether they fit the supercell."""


def is_steerable(point):
    """Whether a point's family is steerable; a point.json from before there were families says
    nothing of it."""
    return point.get("family") == "steerable"


def sizes(point, key):
    """A size for each axis: one number for all of them, or one each; 1 along a projected c."""
    value = point[key]
    along = list(value) if isinstance(value, (list, tuple)) else [value] * 3
    return (*along[:2], 1) if point["dimensions"] == 2 else tuple(along)


def input_grid(point, grid):
    """Grid (na, nb, nc) that a point's magnetization is resampled onto: its `input_grid`, or
    the dataset's own where it has none."""
    return tuple(point["input_grid"] or grid)


def cell_shape(point, grid):
    """Shape (na, nb, nc) of the unit cell that a point's network sees, of a dataset's grid."""
    shape = input_grid(point, grid)
    return (*shape[:2], 1) if point["dimensions"] == 2 else shape


def check(point, cell):
    """Raise ValueError, naming the key, where the first convolution or its pool leaves nothing
    of the supercell of a unit cell (na, nb, nc). A periodic kernel may be longer than it."""
    along = (sizes(point, key) for key in ("kernel_size", "stride", "pool_size"))
    for axis, voxels, repeats, kernel, stride, pool in zip(
        "abc", cell, point["supercell"], *along, strict=True
    ):
        total = voxels * repeats
        reach = 1 if point["boundary"] == "periodic" else kernel
        if reach > total:
            raise ValueError(f"kernel_size {kernel} is longer than the {total} voxels along {axis}")
        left = (total - reach) // stride + 1
        if pool > left:
            raise ValueError(f"pool_size {pool} exceeds the {left} positions left along {axis}")
