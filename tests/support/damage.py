"""Files as a bad disk or a stopped transfer leaves them."""

import random


def damaged(content: bytes, chance: random.Random, cut: bool) -> bytes:
    """Content cut at a random place, or with one random bit of it flipped."""
    place = chance.randrange(len(content))
    if cut:
        return content[:place]
    flipped = content[place] ^ 1 << chance.randrange(8)
    return content[:place] + bytes([flipped]) + content[place + 1 :]
