"""One model as a stack of its layers."""

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from spinlens.plots import style
from spinlens.plots.captions import readable

PITCH = 0.56  # inches from a layer to the next
LEFT, RIGHT, HEIGHT = 0.2, 4.8, 0.4


@style.applied
def architecture(layers):
    """Block diagram of a model, from the table of architecture.tsv (layer, kind, output_shape,
    parameters): a box a layer, grey where it has parameters to learn, with its output's shape
    a × b × c × channels."""
    rows = layers.to_dict("records")
    height = PITCH * len(rows) + 0.35
    figure = Figure(figsize=(style.WIDTH, height))
    axes = figure.add_axes([0, 0, 1, 1], xlim=(0, style.WIDTH), ylim=(0, height))
    axes.set_axis_off()
    for index, layer in enumerate(rows):
        middle = height - PITCH * (index + 0.5)
        _draw_layer(axes, layer, middle)
        if index:
            _draw_arrow(axes, middle + PITCH - HEIGHT / 2, middle + HEIGHT / 2)
    total = f"{sum(layers['parameters']):,} parameters"
    axes.text(RIGHT - 0.1, 0.2, total, ha="right", va="center", weight="bold")
    kinds = ", ".join(str(layer["kind"]) for layer in rows)
    return style.describe(figure, f"Layers of the network: {kinds}; {total}.")


def _draw_layer(axes, layer, middle):
    learns = layer["parameters"] > 0
    box = FancyBboxPatch(
        (LEFT, middle - HEIGHT / 2), RIGHT - LEFT, HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.06",
        facecolor=style.FAINT if learns else "white", edgecolor=style.INK, linewidth=0.8,
    )  # fmt: skip
    axes.add_patch(box)
    name, kind = readable(str(layer["layer"])), str(layer["kind"])
    axes.text(LEFT + 0.12, middle + 0.08, name, va="center", weight="bold")
    axes.text(LEFT + 0.12, middle - 0.09, kind, va="center", color=style.MUTED, fontsize=7)
    axes.text(RIGHT - 0.1, middle + 0.08, str(layer["output_shape"]), va="center", ha="right")
    if learns:
        count = f"{layer['parameters']:,} parameters"
        look = {"va": "center", "ha": "right", "color": style.MUTED, "fontsize": 7}
        axes.text(RIGHT - 0.1, middle - 0.09, count, **look)


def _draw_arrow(axes, start, end):
    middle = (LEFT + RIGHT) / 2
    arrow = {"arrowstyle": "-|>", "color": style.INK, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (middle, end), (middle, start), arrowprops=arrow)
