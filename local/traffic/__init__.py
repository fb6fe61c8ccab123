"""A month of plausible traffic for the demo tenant, written as the records that real mail leaves. Local tooling."""
