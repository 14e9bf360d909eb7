"""Measurements of the workflow's own stages; they run only on request."""


rule split_benchmark:
    """Measure one split beside pymatgen's read of the same file, time and peak memory."""
    output:
        f"{RESULTS}/benchmarks/split.json",
    log:
        f"{RESULTS}/logs/split_benchmark.log",
    conda:
        "../../envs/vasp.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("benchmarks/split.py"),
    script:
        "../scripts/benchmarks/split.py"


rule convolution_benchmark:
    """Measure the periodic convolution beside others on tiles, time and peak memory."""
    output:
        f"{RESULTS}/benchmarks/convolution.json",
    log:
        f"{RESULTS}/logs/convolution_benchmark.log",
    conda:
        "../../envs/keras.yaml"
    threads: 2
    resources:
        mem_mb=growing(8000),
        runtime=growing(30),
    params:
        code=code("benchmarks/convolution.py"),
    script:
        "../scripts/benchmarks/convolution.py"


rule steerable_benchmark:
    """Measure an epoch of a steerable network beside one of the 2018 network."""
    output:
        f"{RESULTS}/benchmarks/steerable.json",
    log:
        f"{RESULTS}/logs/steerable_benchmark.log",
    conda:
        "../../envs/keras.yaml"
    threads: 2
    resources:
        mem_mb=growing(4000),
        runtime=growing(20),
    params:
        code=code("benchmarks/steerable.py"),
    script:
        "../scripts/benchmarks/steerable.py"


rule scale_benchmark:
    """Measure a dry run over 10,000 calculations, and 1,000 through split and dataset."""
    output:
        f"{RESULTS}/benchmarks/scale.json",
    log:
        f"{RESULTS}/logs/scale_benchmark.log",
    conda:
        "../../envs/scale.yaml"
    threads: 2
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        code=code("benchmarks/scale.py"),
    script:
        "../scripts/benchmarks/scale.py"


rule tree_benchmark:
    """Measure 10,000 calculations to a dataset, read throughput, and a dry run over 100,000."""
    output:
        f"{RESULTS}/benchmarks/tree.json",
    log:
        f"{RESULTS}/logs/tree_benchmark.log",
    conda:
        "../../envs/scale.yaml"
    threads: 2
    resources:
        mem_mb=growing(4000),
        runtime=growing(90),
    params:
        code=code("benchmarks/tree.py"),
    script:
        "../scripts/benchmarks/tree.py"


rule draw_benchmarks:
    """Draw the convolution benchmark; write it as a table."""
    input:
        rules.convolution_benchmark.output,
    output:
        figure=report(
            f"{RESULTS}/benchmarks/convolution.svg",
            caption="../report/benchmarks.rst",
            category="Benchmarks",
            labels={"shows": "convolution"},
        ),
        table=report(
            f"{RESULTS}/benchmarks/convolution.html",
            caption="../report/benchmarks_table.rst",
            category="Benchmarks",
            labels={"shows": "table of the convolution"},
        ),
    log:
        f"{RESULTS}/logs/draw_benchmarks.log",
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("plots/benchmarks.py"),
    script:
        "../scripts/plots/benchmarks.py"


rule scale_table:
    """Write the scale benchmark as a table."""
    input:
        rules.scale_benchmark.output,
    output:
        report(
            f"{RESULTS}/benchmarks/scale.html",
            caption="../report/benchmarks_scale.rst",
            category="Benchmarks",
            labels={"shows": "table of many calculations"},
        ),
    log:
        f"{RESULTS}/logs/scale_table.log",
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("report/scale_table.py"),
    script:
        "../scripts/report/scale_table.py"


rule benchmark_figures:
    """Every figure and table of the benchmarks."""
    input:
        rules.draw_benchmarks.output,
        rules.scale_table.output,


rule benchmarks:
    """Every benchmark but that of whole trees; run nothing else on the machine."""
    input:
        rules.split_benchmark.output,
        rules.steerable_benchmark.output,
        rules.benchmark_figures.input,
