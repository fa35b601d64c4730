-- A report stays as it was made. Deleting stays possible: it goes with its repository, and where that goes to another account.
CREATE TRIGGER "compliance_report_append_only" BEFORE UPDATE ON "compliance_report" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
