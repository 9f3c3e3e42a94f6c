from django.db import migrations


class Migration(migrations.Migration):
    """The cache (rate limits) lives in PostgreSQL; this is the table of Django's DatabaseCache."""

    dependencies = []
    operations = [
        migrations.RunSQL(
            sql="""
                CREATE TABLE IF NOT EXISTS viche_cache (
                    cache_key varchar(255) NOT NULL PRIMARY KEY,
                    value text NOT NULL,
                    expires timestamptz NOT NULL
                );
                CREATE INDEX IF NOT EXISTS viche_cache_expires ON viche_cache (expires);
            """,
            reverse_sql="DROP TABLE viche_cache",
        )
    ]
