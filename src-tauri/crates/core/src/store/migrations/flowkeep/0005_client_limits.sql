-- What a token may do; NULL is no limit. Models and patterns stand one per line.
ALTER TABLE clients ADD COLUMN models TEXT;
ALTER TABLE clients ADD COLUMN requests_per_minute INTEGER CHECK (requests_per_minute > 0);
ALTER TABLE clients ADD COLUMN budget_currency TEXT CHECK (budget_currency IN ('CNY', 'USD'));
ALTER TABLE clients ADD COLUMN budget_day_nano INTEGER CHECK (budget_day_nano > 0);
ALTER TABLE clients ADD COLUMN budget_month_nano INTEGER CHECK (budget_month_nano > 0);
