"""A bank of another make with signed requests and answers, tokens bound to certificates, and CDR shapes."""
