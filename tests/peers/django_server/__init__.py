"""A Django project of our own around django-oauth-toolkit."""
