"""What people do with groups: decisions with their history, undo, leases, filters, bulk decisions."""
