"""What people are shown of a message: notices, DSNs and pages, made from its record alone. Pure; stages 5 and 6."""
