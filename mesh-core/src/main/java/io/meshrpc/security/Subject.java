package io.meshrpc.security;

import io.meshrpc.api.PeerIdentity;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Whom a certificate names. Names that could be taken for one of another kind do not count. */
final class Subject {
  private static final int DNS = 2;
  private static final int URI = 6;
  private static final int IP = 7;
  private static final Pattern DNS_FORM =
      Pattern.compile("(\\*\\.)?([A-Za-z0-9_-]+\\.)*[A-Za-z0-9_-]*[A-Za-z_-][A-Za-z0-9_-]*");
  /** What looks like fe80::1, which is a URI as well. */
  private static final Pattern ADDRESS_FORM = Pattern.compile("[0-9A-Fa-f:.]+");

  private static final Pattern URI_FORM = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:[!-~]+");

  private Subject() {}

  /** Who holds the certificate: its names, or its subject if it has none. */
  static PeerIdentity of(X509Certificate certificate) throws CertificateParsingException {
    List<String> names = new ArrayList<>();
    TreeSet<String> keys = new TreeSet<>(); // one order, whatever that of the certificate
    Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
    if (alternatives != null) {
      for (List<?> alternative : alternatives) {
        add((Integer) alternative.get(0), alternative.get(1), names, keys);
      }
    }
    String key = keys.isEmpty()
        ? "subject:" + certificate.getSubjectX500Principal().getName()
        : String.join(" ", keys);
    return PeerIdentity.tls(names, key);
  }

  private static void add(int kind, Object value, List<String> names, TreeSet<String> keys) {
    String name = String.valueOf(value);
    if (kind == DNS && DNS_FORM.matcher(name).matches()) {
      names.add(name);
      keys.add("dns:" + name);
    } else if (kind == URI
        && URI_FORM.matcher(name).matches()
        && !ADDRESS_FORM.matcher(name).matches()) {
      names.add(name);
      keys.add("uri:" + name);
    } else if (kind == IP) {
      names.add(name);
      keys.add("ip:" + name);
    }
  }
}
