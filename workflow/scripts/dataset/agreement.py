"""Compare calculated moments and ground states with published ones, as a table."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.calculations import published, record, shards
from spinlens.core.files import write_table
from spinlens.dataset import ground_states, select

headers = [record.read_header(file) for file in shards.record_files(snakemake.input.records)]
admitted = {each.attributes["id"]: each for each in headers if "excluded" not in each.attributes}
compared = ground_states.without_sources(select.read_compared(snakemake.input.compared))
labels = {name: header.values | compared.get(name, {}) for name, header in admitted.items()}
elements = {name: header.elements for name, header in admitted.items()}
rows = published.compare(labels, elements, published.read(snakemake.input.published))
write_table(snakemake.output[0], rows, published.AGREEMENT_COLUMNS)
