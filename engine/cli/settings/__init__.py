"""From options and settings files to the records of a job."""
