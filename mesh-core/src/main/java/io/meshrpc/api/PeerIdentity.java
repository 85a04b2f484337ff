package io.meshrpc.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who a caller is, as proven to the server by its certificate or its key; not what it says of itself.
 * Two identities are equal if they are of the same kind and have the same {@link #key}. Immutable.
 */
public final class PeerIdentity {
  private static final int SHOWN_MAX = 200; // characters

  /** How an identity was proven. */
  public enum Kind {
    /** Not at all: the server has no security, or wants no certificate of its clients. */
    NONE,
    /** By a certificate, in a handshake of TLS. */
    TLS,
    /** By a key of CURVE that is in the server's list. */
    CURVE
  }

  /** Somebody, who has proven nothing. */
  public static final PeerIdentity NONE = new PeerIdentity(Kind.NONE, List.of(), "");

  private final Kind kind;
  private final List<String> names;
  private final String key;

  private PeerIdentity(Kind kind, List<String> names, String key) {
    this.kind = kind;
    this.names = List.copyOf(names);
    this.key = key;
  }

  /**
   * The holder of a certificate.
   *
   * @param names DNS names, URIs and IP addresses that the certificate was issued for; may be none
   * @param key what stays the same when the certificate is renewed; not empty
   */
  public static PeerIdentity tls(List<String> names, String key) {
    return new PeerIdentity(Kind.TLS, names, nonEmpty(key));
  }

  /**
   * The holder of a CURVE key.
   *
   * @param name what the server's list calls the key; not empty
   * @param publicKey the key, as 40 characters of Z85
   */
  public static PeerIdentity curve(String name, String publicKey) {
    return new PeerIdentity(Kind.CURVE, List.of(nonEmpty(name)), nonEmpty(publicKey));
  }

  /** How it was proven. */
  public Kind kind() {
    return kind;
  }

  /** Whether anything was proven. */
  public boolean isKnown() {
    return kind != Kind.NONE;
  }

  /**
   * The names that were proven. TLS: the DNS names, URIs and IP addresses of the certificate's subject
   * alternative name, in this order; its common name counts for nothing. CURVE: the name of the key in
   * the server's list. Empty if there is none.
   */
  public List<String> names() {
    return names;
  }

  /**
   * What identities are compared by. TLS: all names, whatever their order, or the subject if there are
   * none, so that a renewed certificate is the same identity; CURVE: the public key, as Z85. Empty for
   * {@link #NONE}.
   */
  public String key() {
    return key;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof PeerIdentity that && kind == that.kind && key.equals(that.key));
  }

  @Override
  public int hashCode() {
    return 31 * kind.hashCode() + key.hashCode();
  }

  /** For people and logs: one line of at most some 200 characters, without anything secret. */
  @Override
  public String toString() {
    if (kind == Kind.NONE) {
      return "nobody known";
    }
    String text = names.isEmpty() ? key : String.join(", ", names);
    String line = text.replaceAll("\\p{Cc}", "?");
    return kind + " " + (line.length() > SHOWN_MAX ? line.substring(0, SHOWN_MAX) + "…" : line);
  }

  private static String nonEmpty(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("name or key: empty (expected: at least one character)");
    }
    return text;
  }
}
