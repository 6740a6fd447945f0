"""What is deployed together: data that is retained, the app that works on it, and the reception of mail."""
