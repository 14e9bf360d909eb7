"""Which calculations a config asks for, each known by its own numbers: no other one changes it."""

import json

import numpy as np

from spinlens.structures import folders, geometry, parent
from spinlens.structures.decoration import decorations
from spinlens.structures.starting_moments import starting_moments

ONLY_VASP = {"relax": False, "spin_orbit": False, "hubbard_u": None}


def planned(settings):
    """{calculation: (what computes it, what it is called)} for every order of every decoration,
    from config keys parent, cell_height, decorate, orders and starting_moments; no geometry is
    fitted yet.

    What computes it: elements (of the parent's sites, in its order), order, and moments (of its
    elements, μB). What it is called: formula, labels, and sites, the index in the parent of each
    magnetic site by its name (A1, A2, ...). Raises ValueError, one line, where keys do not fit.
    """
    crystal = parent.read(settings["parent"], settings["cell_height"])
    parent_elements = [site.specie.symbol for site in crystal]
    permutations = parent.site_permutations(crystal)
    found = {}
    for decoration in decorations(parent_elements, settings["decorate"], permutations):
        name, elements, labels = decoration
        moments = {el: m for el, m in settings["starting_moments"].items() if el in elements and m}
        sites = _magnetic_sites(elements, parent_elements, settings["decorate"], moments)
        called = {"formula": name, "labels": labels, "sites": sites}
        decorated = _decorated(crystal, elements)
        for order in settings["orders"]:
            if starting_moments(decorated, order, moments) is not None:
                computed = {"elements": list(elements), "order": order, "moments": moments}
                found[f"{name}_{order}"] = computed, called
    return found


def check_gpaw(config):
    """Raise ValueError if the config asks for what only VASP does."""
    for key, off in ONLY_VASP.items():
        if config[key] != off:
            raise ValueError(f"{key}: GPAW computes without it; leave it {json.dumps(off)}")


def built(computed, parent_file, cell_height):
    """Structure of a planned calculation, its sites by element as in its POSCAR; the moments
    (sites,) in μB that it starts from, None for a run without spin; and the index there of each
    of the parent's sites. Raises ValueError where its order does not exist in its cell."""
    elements = computed["elements"]
    crystal = parent.read(parent_file, cell_height)
    fitted = geometry.fit(crystal, parent.bonds(crystal), elements, cell_height is not None)
    structure = folders.by_element(fitted.structure)
    first = list(dict.fromkeys(elements))
    place = np.argsort(np.argsort([first.index(el) for el in elements], kind="stable")).tolist()
    if computed["order"] == "NM":
        return structure, None, place
    moments = starting_moments(structure, computed["order"], computed["moments"])
    if moments is None:
        raise ValueError(f"the cell has no {computed['order']} order")
    return structure, moments, place


def _decorated(crystal, elements):
    decorated = crystal.copy()
    for site, element in enumerate(elements):
        decorated.replace(site, element)
    return decorated


def _magnetic_sites(elements, parent_elements, groups, moments):
    found = {}
    for group, asked in groups.items():
        of_group = [i for i, element in enumerate(parent_elements) if element == asked["site"]]
        for number, site in enumerate(of_group, start=1):
            if elements[site] in moments:
                found[f"{group}{number}"] = site
    return found
