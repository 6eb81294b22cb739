"""The seeded defects, one module per topic; every module here is imported by `mutant.all_mutants()`."""
