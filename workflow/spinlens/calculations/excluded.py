"""The one exception that a bad calculation raises."""


class Excluded(Exception):
    """A calculation was read and refused; the message is one line that says what to fix."""

    def __init__(self, reason):
        super().__init__(" ".join(str(reason).split()))
