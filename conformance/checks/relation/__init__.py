"""What several answers say together: pages, filters, orders, and the life of an object."""
