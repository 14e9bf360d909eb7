"""From a formula to folders ready for VASP: decorated crystals, their geometry and orders."""
