"""Whether the data keep the contract, and whether they are still what they were."""
