"""The Gallery room: what was kept, found again, described, compared and handed on."""
