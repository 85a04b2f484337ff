package io.meshrpc.zmq;

import io.meshrpc.core.Words;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in words why TLS failed. Bounded, of one line, and without anything secret. */
final class TlsReasons {
  static final String REFUSED = "the peer refuses: ";

  private static final Pattern ALERT = Pattern.compile("Received fatal alert: (\\w+)");

  private static final String NONE_GOOD =
      "this node has no certificate of an authority that it trusts";

  /** What the other side's alerts mean between nodes of the mesh. */
  private static final Map<String, String> ALERTS = Map.of(
      "certificate_expired", "this node's certificate has expired",
      "certificate_unknown", "it does not trust this node's certificate",
      "unknown_ca", "it does not know the authority of this node's certificate",
      "bad_certificate", NONE_GOOD,
      "certificate_required", NONE_GOOD,
      "certificate_revoked", "this node's certificate is revoked",
      "protocol_version", "it does not speak TLS 1.3",
      "handshake_failure", "no cipher, signature or group that both know");

  private TlsReasons() {}

  static String of(Exception e) {
    Matcher alert = ALERT.matcher(String.valueOf(e.getMessage()));
    if (alert.find()) {
      String name = alert.group(1);
      String meaning = ALERTS.get(name);
      return REFUSED + (meaning == null ? name : meaning + " (" + name + ")");
    }
    Throwable cause = deepest(e);
    if (cause == null) {
      return line(e instanceof SSLException ? e.getMessage() : e.toString());
    }
    return line("the peer's certificate cannot be accepted: " + inTime(cause) + cause.getMessage());
  }

  private static String inTime(Throwable cause) {
    if (cause instanceof CertificateExpiredException) {
      return "it has expired, ";
    }
    return cause instanceof CertificateNotYetValidException ? "it is not valid yet, " : "";
  }

  /** Somebody else's words, such as those of a peer that has proven nothing. */
  static String line(@Nullable String text) {
    return Words.line(String.valueOf(text));
  }

  /** The cause that says most: what is wrong with the certificate. */
  private static @Nullable Throwable deepest(Throwable e) {
    Throwable found = null;
    Throwable at = e;
    for (int depth = 0; at != null && depth < 20; depth++) {
      if (at instanceof CertificateException || at instanceof CertPathValidatorException) {
        found = at;
      }
      at = at.getCause();
    }
    return found;
  }
}
