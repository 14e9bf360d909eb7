"""An archive of a tree's charge files and small files, for scratch disks that are purged.

`ARCHIVE/{calculation}/` holds one calculation: its charge file and the small files that are
read with it, under their own names. The archive is itself a tree of calculations, with the same
ids. `manifest.tsv` has a line for every file; `labels.csv` the labels of the label table, and
those in the paths of a pattern.

A file is stored whole or not at all, and compared with its checksum. What is in the archive
already is not stored again, and what has vanished from the tree stays. POTCAR is licensed and
left out: `POTCAR.spec` keeps its lines that name the potentials and their valences, as every
OUTCAR does.
"""
