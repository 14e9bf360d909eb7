"""Figures of the evidence: filters against their null, agreement with published values."""


rule filter_evidence_figure:
    """Draw how often filters recur against the null, and what they resemble."""
    input:
        tables=expand(rules.filter_evidence.output.table, zip, **PERMUTED),
        null=expand(rules.filter_evidence.output.null, zip, **PERMUTED),
    output:
        report(
            f"{RESULTS}/figures/filter_evidence.svg",
            caption="../report/filter_evidence.rst",
            category="Evidence",
            labels={"shows": "whether filters mean anything"},
        ),
    log:
        f"{RESULTS}/logs/filter_evidence_figure.log",
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        points=PERMUTED,
        code=code("plots/filter_evidence.py"),
    script:
        "../scripts/plots/filter_evidence.py"


use rule steerable_profiles as steerable_evidence with:
    input:
        unpack(single_split_fits),
        dataset=DATASET,
    output:
        figure=report(
            f"{RESULTS}/evidence/filters/{{point}}/{{target}}/profiles.svg",
            caption="../report/steerable_profiles.rst",
            category="Evidence",
            labels={"point": "{point}", "target": "{target}", "shows": "radial functions"},
        ),
        table=f"{RESULTS}/evidence/filters/{{point}}/{{target}}/shells.tsv",
    log:
        f"{RESULTS}/logs/steerable_evidence/{{point}}/{{target}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/steerable_evidence/{{point}}/{{target}}.jsonl"
    params:
        reference=config["reference"],
        filters=lambda wildcards: single_split_filters(wildcards)["fits"][0],
        null=lambda wildcards: single_split_filters(wildcards)["null"],
        code=code("plots/steerable_profiles.py"),


rule agreement_figure:
    """Draw moments and ground states beside the published ones, and write their table as a page."""
    input:
        f"{RESULTS}/agreement.tsv",
    output:
        figure=report(
            f"{RESULTS}/figures/agreement.svg",
            caption="../report/agreement.rst",
            category="Agreement",
            labels={"shows": "moments and ground states, calculated and published"},
        ),
        page=report(
            f"{RESULTS}/figures/agreement.html",
            caption="../report/agreement_table.rst",
            category="Agreement",
            labels={"shows": "table of the compositions"},
        ),
    log:
        f"{RESULTS}/logs/agreement_figure.log",
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("plots/agreement.py"),
    script:
        "../scripts/plots/agreement.py"


rule exchange_figure:
    """Draw the exchange constants of all compositions, with errors and ground states."""
    input:
        f"{RESULTS}/exchange.tsv",
    output:
        report(
            f"{RESULTS}/figures/exchange_constants.svg",
            caption="../report/exchange_constants.rst",
            category="Exchange",
            labels={"shows": "exchange constants by composition"},
        ),
    log:
        f"{RESULTS}/logs/exchange_figure.log",
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("plots/exchange_constants.py"),
    script:
        "../scripts/plots/exchange_constants.py"


rule exchange_filter_figure:
    """Draw J(R) of the exchange filter, with the neighbour shells and the fitted constants."""
    input:
        summary=f"{RESULTS}/exchange_filter/summary.json",
        j_of_r=f"{RESULTS}/exchange_filter/j_of_r.tsv",
        by_compound=f"{RESULTS}/exchange_filter/j_of_r_by_compound.tsv",
    output:
        report(
            f"{RESULTS}/exchange_filter/j_of_r.svg",
            caption="../report/exchange_filter.rst",
            category="Exchange",
            labels={"shows": "exchange by distance, from spin densities"},
        ),
    log:
        f"{RESULTS}/logs/exchange_filter_figure.log",
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("plots/exchange_filter.py"),
    script:
        "../scripts/plots/exchange_filter.py"
