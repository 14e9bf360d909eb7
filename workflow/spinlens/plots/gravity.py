"""Learned radial functions of point masses beside the exact ones."""

from spinlens.plots import style

TITLES = {
    ("acceleration", "1o"): ("acceleration, order 1", "1 / r²"),
    ("inertia", "0e"): ("tensor of inertia, order 0", "2 r²"),
    ("inertia", "2e"): ("tensor of inertia, order 2", "-√(2/15) r²"),
}


@style.applied
def gravity(measured):
    """Figure of what `gravity.measure` returns: a panel a radial function, learned and exact."""
    panels = [
        (task, kind, found["distance"], own)
        for task, found in measured.items()
        for kind, own in found["radial_functions"].items()
    ]
    figure = style.new_figure(0.8 + 1.35 * len(panels))
    cells = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (task, kind, distance, own) in zip(cells, panels, strict=True):
        title, formula = TITLES[task, kind]
        axes.plot(distance, own["exact"], label="exact", color=style.MUTED, linewidth=4, alpha=0.5)
        axes.plot(distance, own["learned"], label="learned", color=style.INK, linewidth=1)
        axes.axhline(0, color=style.FAINT, linewidth=0.8, zorder=0)
        axes.set_title(f"{title}: {formula}", loc="left")
        axes.set_ylabel("radial function")
    cells[-1].set_xlabel("distance of two masses")
    handles, names = cells[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2)
    errors = ", ".join(f"{own['relative_error']:.1%}" for *_, own in panels)
    told = f"Learned and exact radial functions; relative errors {errors} from top to bottom."
    return style.describe(figure, told)
