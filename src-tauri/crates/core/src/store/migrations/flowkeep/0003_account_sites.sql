-- Until now every account followed the upstream of the settings.
UPDATE accounts SET site = 'default';
