-- For the log of one model: the rows that asked for it, and those that got it
-- in place of another.
CREATE INDEX requests_model_asked ON requests (model_asked);
CREATE INDEX requests_model_used ON requests (model_used, model_asked)
    WHERE model_used IS NOT NULL;
