"""Files, errors, logs, netCDF helpers, fingerprints of code, devices, memory."""
