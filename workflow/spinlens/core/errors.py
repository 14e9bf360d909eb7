"""What a user gave and a job cannot take."""


class Refused(ValueError):
    """Data or config that cannot be taken, in one line that says what to fix. A script that it
    ends tells that line, without a traceback (log.py)."""
