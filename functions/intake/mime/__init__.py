"""Mail from raw bytes to what the desk needs. Pure: no clock, no network, nothing of AWS."""
