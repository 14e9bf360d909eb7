"""Damage to files, drawn by Hypothesis: it shrinks a failure to the simplest one."""

from hypothesis import strategies as st

PRINTABLE = b"0123456789+-.EeNnDd* \n\tXx"


def _at(draw, text, last=0):
    return draw(st.integers(0, max(0, len(text) - 1 - last)))


def cut(draw, text, sections):
    return text[: _at(draw, text)]


def cut_the_start(draw, text, sections):
    return text[1 + _at(draw, text, 1) :]


def cut_out_a_piece(draw, text, sections):
    start = _at(draw, text)
    return text[:start] + text[start + draw(st.integers(1, 400)) :]


def swap_two_bytes(draw, text, sections):
    changed = bytearray(text)
    one, other = _at(draw, text), _at(draw, text)
    changed[one], changed[other] = changed[other], changed[one]
    return bytes(changed)


def swap_neighbours(draw, text, sections):
    at = _at(draw, text, 1)
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def overwrite_bytes(draw, text, sections):
    changed = bytearray(text)
    for _ in range(draw(st.sampled_from((1, 3)))):
        changed[_at(draw, text)] = draw(st.sampled_from(PRINTABLE))
    return bytes(changed)


def flip_a_bit(draw, text, sections):
    changed = bytearray(text)
    changed[_at(draw, text)] ^= 1 << draw(st.integers(0, 7))
    return bytes(changed)


def drop_lines(draw, text, sections):
    lines = text.splitlines(keepends=True)
    at = _at(draw, lines)
    return b"".join(lines[:at] + lines[at + draw(st.sampled_from((1, 2, 7))) :])


def double_a_line(draw, text, sections):
    lines = text.splitlines(keepends=True)
    at = _at(draw, lines)
    return b"".join(lines[: at + 1] + lines[at:])


def double_a_block(draw, text, sections):
    at = draw(st.integers(1, len(sections) - 1))
    until = draw(st.integers(at, len(sections) - 1)) + 1
    return b"".join(sections[:until] + sections[at:])


def drop_a_block(draw, text, sections):
    at = _at(draw, sections)
    return b"".join(sections[:at] + sections[at + 1 :])


def cut_at_a_block(draw, text, sections):
    return b"".join(sections[: _at(draw, sections)])


OF_BYTES = (cut, cut_the_start, cut_out_a_piece, swap_two_bytes, overwrite_bytes, flip_a_bit)
OF_LINES = (*OF_BYTES, swap_neighbours, drop_lines, double_a_line)
OF_BLOCKS = (*OF_LINES, double_a_block, drop_a_block, cut_at_a_block)


def mutated(draw, kinds, text, sections=()):
    """Text after one kind of damage; possibly the same text."""
    return draw(st.sampled_from(kinds))(draw, text, list(sections))
