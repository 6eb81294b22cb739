"""Measurements: ``python -m benchmarks`` prints those that the README quotes, ``python -m benchmarks NAME``
runs the module of that name beside this one."""
