"""The library of the spinlens workflow, usable without Snakemake.

Rooms, from upstream to downstream; a room imports only from rooms earlier in this list.

core: files, errors, logs, templates, netCDF, fingerprints of code, devices, processes, SLURM
settings: the config's validation, hyperparameters, sizes that fit, the sweep and its sampling
crystal: elements, formulas, composition descriptors, the reference cell, neighbour shells
density: grids, channels, window, normalization, isosurfaces, site moments
calculations: find and read a calculation, its magnetic order, labels and checks, the record
structures: decorated crystals, magnetic orders to compute, VASP inputs, GPAW runs and labels
exchange: exchange constants J1, J2, J3 with errors, ground states, Monte Carlo
dataset: samples, targets and network inputs
splits: training and validation folds
layers: periodic, steerable and point convolutions, and the Fourier transforms below them
models: network families, their heads, predicted work and memory, loading
training: fits, batches, augmentation, several GPUs, metrics
filters: files of a fit, filters on the crystal, projections, shell weights, attribution, export
evidence: baselines, intervals, p-values, verdicts, recurrence of filters, tables
prediction: trained models applied to new calculations, the training range
atoms: networks on atoms as points
plots: figures, isosurfaces among them, a module each; the only room that imports matplotlib
report: tables as pages, the first page, the last line of a run
archive: copies of the tree of calculations, for scratch disks that are purged
benchmarks: measurements of the workflow's own stages
"""
