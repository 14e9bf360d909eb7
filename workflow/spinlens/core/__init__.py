"""Files, errors, logs, templates, netCDF helpers, fingerprints of code, devices and memory."""
