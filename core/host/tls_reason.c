/* tls_reason.c - OpenSSL's reasons as codes and sentences for people. */
#include "host/tls_reason.h"

#include <errno.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "host/tls.h"

bool tls_verdict(long verdict, const char *wanted, struct err *e)
{
    static const struct {
        long code;
        const char *ours, *words;
    } verdicts[] = {
        { X509_V_ERR_CERT_HAS_EXPIRED, "tls.expired", "has expired" },
        { X509_V_ERR_CERT_NOT_YET_VALID, "tls.early", "is not yet valid" },
        { X509_V_ERR_HOSTNAME_MISMATCH, "tls.name", "is of another name" },
        { X509_V_ERR_IP_ADDRESS_MISMATCH, "tls.name", "is of another name" },
        { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, "tls.authority", "is of an unknown CA" },
        { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "tls.authority", "is of an unknown CA" },
        { X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, "tls.authority", "is of an unknown CA" },
        { X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, "tls.authority", "is of an unknown CA" },
        { X509_V_ERR_CERT_UNTRUSTED, "tls.authority", "is of an unknown CA" },
        { X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "tls.self-signed",
          "is self-signed and not known here" },
        { X509_V_ERR_CERT_REVOKED, "tls.revoked", "was revoked" },
        { X509_V_ERR_UNABLE_TO_GET_CRL, "tls.crl", "is of a CA whose revocation list is not here" },
        { X509_V_ERR_CRL_HAS_EXPIRED, "tls.crl", "is of a CA whose revocation list is too old" },
        { X509_V_ERR_CRL_NOT_YET_VALID, "tls.crl", "is of a CA whose revocation list is too new" },
        { X509_V_ERR_INVALID_PURPOSE, "tls.purpose", "is not for this use" },
        { X509_V_ERR_EE_KEY_TOO_SMALL, "tls.weak", "has too short a key" },
        { X509_V_ERR_CA_KEY_TOO_SMALL, "tls.weak", "is of a CA with too short a key" },
        { X509_V_ERR_CA_MD_TOO_WEAK, "tls.weak", "is signed by too weak a hash" },
    };
    if (verdict == X509_V_OK)
        return false;
    size_t i = 0, known = sizeof verdicts / sizeof verdicts[0];
    while (i < known && verdicts[i].code != verdict)
        i++;
    if (i == known)
        err_set(e, ERR_RETRY, "tls.untrusted", 0, "the other side's certificate is not trusted: %s",
                X509_verify_cert_error_string(verdict));
    else if (wanted && strcmp(verdicts[i].ours, "tls.name") == 0)
        err_set(e, ERR_RETRY, "tls.name", 0,
                "the other side's certificate is of another name than '%.100s'", wanted);
    else
        err_set(e, ERR_RETRY, verdicts[i].ours, 0, "the other side's certificate %s",
                verdicts[i].words);
    return true;
}

bool tls_known_reason(int reason, struct err *e)
{
    switch (reason) {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
        return !err_set(e, ERR_RETRY, "tls.no-certificate", 0,
                        "the other side has shown no certificate");
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
        return !err_set(e, ERR_RETRY, "tls.version", 0,
                        "the other side speaks no version of TLS that is taken here");
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_GROUPS:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
        return !err_set(e, ERR_RETRY, "tls.cipher", 0,
                        "the other side knows no cipher that is taken here");
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_RECORD_LENGTH_MISMATCH:
    case SSL_R_RECORD_TOO_SMALL:
        return !err_set(e, ERR_RETRY, "tls.plain", 0, "the other side speaks no TLS");
    default:
        return false;
    }
}

void tls_alert(int alert, struct err *e)
{
    const char *words = SSL_alert_desc_string_long(alert);
    switch (alert) {
    case SSL_AD_PROTOCOL_VERSION:
        (void)err_set(e, ERR_RETRY, "tls.version", 0,
                      "the other side takes no version of TLS that is spoken here");
        break;
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
        (void)err_set(e, ERR_RETRY, "tls.refused", 0, "the other side refused our certificate: %s",
                      words);
        break;
    case TLS13_AD_CERTIFICATE_REQUIRED:
        (void)err_set(e, ERR_RETRY, "tls.refused", 0, "the other side wants a certificate of ours");
        break;
    default:
        (void)err_set(e, ERR_RETRY, "tls.refused", 0, "the other side refused: %s", words);
    }
}

/* The connection has ended without an alert. */
static bool end_reason(int kind, int number, bool ready, struct err *e)
{
    if (kind == SSL_ERROR_SYSCALL && number != 0)
        return err_errno(e, ERR_RETRY, "tls.broken", number, "the connection to", "the other side");
    return ready ? err_set(e, ERR_RETRY, "tls.cut", 0,
                           "the other side hung up without saying that it ends")
                 : err_set(e, ERR_RETRY, "tls.closed", 0,
                           "the other side closed the connection before TLS was agreed");
}

bool tls_reason(SSL *ssl, int kind, int number, bool ready, struct err *e)
{
    unsigned long first = ERR_peek_error();
    int reason = ERR_GET_LIB(first) == ERR_LIB_SSL ? ERR_GET_REASON(first) : 0;
    const char *wanted = X509_VERIFY_PARAM_get0_host(SSL_get0_param(ssl), 0);
    if (ERR_GET_REASON(first) == ERR_R_MALLOC_FAILURE)
        (void)err_memory(e);
    else if (kind != SSL_ERROR_SSL || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        (void)end_reason(kind, number, ready, e);
    else if (reason > SSL_AD_REASON_OFFSET)
        tls_alert(reason - SSL_AD_REASON_OFFSET, e);
    else if (!(reason == SSL_R_CERTIFICATE_VERIFY_FAILED &&
               tls_verdict(SSL_get_verify_result(ssl), wanted, e)) &&
             !tls_known_reason(reason, e))
        (void)err_set(e, ERR_RETRY, "tls.protocol", 0, "TLS with the other side failed: %s",
                      reason ? ERR_reason_error_string(first) : "no reason given");
    ERR_clear_error();
    return false;
}
