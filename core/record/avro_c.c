/* avro_c.c - the only file that includes avro.h. */
#include "record/avro_c.h"

#include <avro.h>

static bool oracle_schema(struct slice schema, avro_schema_t *out, struct err *e)
{
    if (avro_schema_from_json_length((const char *)schema.p, schema.n, out) != 0)
        return err_set(e, ERR_FATAL, "schema.avro", 0, "cannot take it: Avro-C refuses it");
    return true;
}

bool avro_c_check(struct slice schema, struct err *e)
{
    avro_schema_t parsed = NULL;
    if (!oracle_schema(schema, &parsed, e))
        return false;
    avro_schema_decref(parsed);
    return true;
}

static bool oracle_decode(avro_value_t *value, struct slice body, struct err *e)
{
    avro_reader_t reader = avro_reader_memory((const char *)body.p, (int64_t)body.n);
    bool good = reader && avro_value_read(reader, value) == 0;
    if (reader)
        avro_reader_free(reader);
    return good ? true : err_set(e, ERR_REJECT, "avro.oracle", 0, "cannot decode: Avro-C refuses");
}

static bool oracle_encode(avro_value_t *value, struct buf *out, struct err *e)
{
    size_t n = 0;
    if (avro_value_sizeof(value, &n) != 0)
        return err_set(e, ERR_REJECT, "avro.oracle", 0, "cannot encode: Avro-C refuses");
    uint8_t *to = buf_reserve(out, n);
    if (!to)
        return err_memory(e);
    avro_writer_t writer = avro_writer_memory((const char *)to, (int64_t)n);
    bool good = writer && avro_value_write(writer, value) == 0;
    if (good)
        out->n += (size_t)avro_writer_tell(writer);
    if (writer)
        avro_writer_free(writer);
    return good ? true : err_set(e, ERR_REJECT, "avro.oracle", 0, "cannot encode: Avro-C refuses");
}

bool avro_c_recode(struct slice schema, struct slice body, struct buf *out, struct err *e)
{
    avro_schema_t parsed = NULL;
    if (!oracle_schema(schema, &parsed, e))
        return false;
    avro_value_iface_t *class = avro_generic_class_from_schema(parsed);
    avro_value_t value = { .iface = NULL };
    bool good = class && avro_generic_value_new(class, &value) == 0;
    if (!good)
        err_memory(e);
    else
        good = oracle_decode(&value, body, e) && oracle_encode(&value, out, e);
    if (value.iface)
        avro_value_decref(&value);
    if (class)
        avro_value_iface_decref(class);
    avro_schema_decref(parsed);
    return good;
}
