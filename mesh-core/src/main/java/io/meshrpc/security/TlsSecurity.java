package io.meshrpc.security;

import io.meshrpc.api.PeerIdentity;
import io.meshrpc.edge.SafeLog;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.3 with certificates on both sides, done by the JDK. A server asks every client for a
 * certificate; a client checks that the server's certificate was issued for the host that it connects
 * to. Keys and trust come from PEM files or KeyStores. Files are watched: when they change they are
 * read again, and new connections use what is new, while those that stand go on as they are. If what
 * is new cannot be used, that is logged as an error and the old stays.
 *
 * <pre>{@code
 * TlsSecurity.builder()
 *     .certificate(Path.of("orders.pem"), Path.of("orders.key"))
 *     .trust(Path.of("ca.pem"))
 *     .build()
 * }</pre>
 */
public final class TlsSecurity implements MeshSecurity, AutoCloseable {
  private final List<KeySource> sources;
  private final @Nullable String serverName;
  private final boolean clientsMayBeUnknown;
  private final Duration handshakeTimeout;
  private final int handshakesMax;
  private final Object reloading = new Object();
  private volatile TlsMaterial material;
  private String seen; // the files as they were read; guarded by reloading
  private String complaint = ""; // what was logged of the latest; guarded by reloading
  private volatile boolean closed;

  private TlsSecurity(Builder builder) {
    this.sources = List.copyOf(builder.sources);
    this.serverName = builder.serverName;
    this.clientsMayBeUnknown = builder.clientsMayBeUnknown;
    this.handshakeTimeout = builder.handshakeTimeout;
    this.handshakesMax = builder.handshakesMax;
    this.seen = fingerprint();
    this.material = TlsMaterial.read(sources);
    warnOfOwn(material);
    if (!builder.reloadEvery.isZero()
        && sources.stream().anyMatch(s -> !s.files().isEmpty())) {
      FileWatch.start(this, builder.reloadEvery);
    }
  }

  /** Begins with nothing. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Reads keys and trust again, whether the files have changed or not. New connections use what was
   * read. Safe to use from any thread; waits for the files.
   *
   * @throws IllegalArgumentException if what is read cannot be used; what was used before stays
   */
  public void reload() {
    synchronized (reloading) {
      String now = fingerprint();
      TlsMaterial read = TlsMaterial.read(sources);
      material = read;
      seen = now;
      complaint = "";
      warnOfOwn(read);
    }
  }

  /** Reads again if a file has changed since, and logs what came of it. */
  void reloadIfChanged() {
    synchronized (reloading) {
      if (fingerprint().equals(seen)) {
        complaint = ""; // what was wrong has been taken back
        return;
      }
      try {
        reload();
        SafeLog.log(Level.INFO, "TLS: keys and trust were read again: " + this, null);
      } catch (RuntimeException e) { // tried again next time, for files change one after the other
        String text = String.valueOf(e.getMessage());
        if (!text.equals(complaint)) {
          complaint = text;
          SafeLog.log(
              Level.ERROR,
              "TLS: keys or trust have changed and cannot be used; the old stay: " + text,
              null);
        }
      }
    }
  }

  /** Stops watching the files. Nodes that use it go on. */
  @Override
  public void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }

  /**
   * An engine for a new connection of a client.
   *
   * @param host what the server's certificate must name, unless a server name is set
   * @param port for nothing but logs
   */
  public SSLEngine clientEngine(String host, int port) {
    String expected = serverName == null ? host : serverName;
    SSLEngine engine = material.ssl().createSSLEngine(expected, port);
    engine.setUseClientMode(true);
    SSLParameters parameters = parameters(engine);
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    return engine;
  }

  /** An engine for a new connection of a server. */
  public SSLEngine serverEngine() {
    SSLEngine engine = material.ssl().createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = parameters(engine);
    if (clientsMayBeUnknown) {
      parameters.setWantClientAuth(true);
    } else {
      parameters.setNeedClientAuth(true);
    }
    engine.setSSLParameters(parameters);
    return engine;
  }

  private static SSLParameters parameters(SSLEngine engine) {
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3"});
    return parameters;
  }

  /** Who is at the other end of a session whose handshake is done. */
  public PeerIdentity identity(SSLSession session) throws SSLPeerUnverifiedException {
    try {
      return Subject.of((X509Certificate) session.getPeerCertificates()[0]);
    } catch (SSLPeerUnverifiedException e) {
      if (clientsMayBeUnknown) {
        return PeerIdentity.NONE;
      }
      throw e;
    } catch (CertificateParsingException e) {
      throw new SSLPeerUnverifiedException("the certificate's names cannot be read");
    }
  }

  /** How long a handshake may take. */
  public Duration handshakeTimeout() {
    return handshakeTimeout;
  }

  /** How many handshakes may be under way at once. */
  public int handshakesMax() {
    return handshakesMax;
  }

  /** Whether it has a certificate of its own, as a server must. */
  public boolean hasCertificate() {
    return material.own() != null;
  }

  /** What is wrong with the node's own certificate, to be put behind why a peer refuses; or empty. */
  public String ownTrouble() {
    X509Certificate own = material.own();
    String trouble = own == null ? "" : trouble(own);
    return trouble.isEmpty() ? "" : "; it " + trouble;
  }

  /** What a clock says against a certificate; or empty. */
  private static String trouble(X509Certificate certificate) {
    Instant now = Instant.now();
    Instant from = certificate.getNotBefore().toInstant();
    Instant until = certificate.getNotAfter().toInstant();
    if (now.isAfter(until)) {
      return "has expired on " + until;
    }
    return now.isBefore(from) ? "is not valid before " + from : "";
  }

  /** Names the files and the certificate's subject; nothing secret. */
  @Override
  public String toString() {
    X509Certificate own = material.own();
    String subject =
        own == null ? "no certificate" : own.getSubjectX500Principal().getName();
    return "TLS of " + subject + " from " + sources;
  }

  private static void warnOfOwn(TlsMaterial material) {
    X509Certificate own = material.own();
    String trouble = own == null ? "" : trouble(own);
    if (own != null && !trouble.isEmpty()) {
      SafeLog.warn("TLS: the certificate of " + own.getSubjectX500Principal().getName() + " "
          + trouble + "; nobody will believe this node");
    }
  }

  private String fingerprint() {
    StringBuilder text = new StringBuilder();
    for (KeySource source : sources) {
      for (Path file : source.files()) {
        try {
          text.append(file).append(' ').append(Files.getLastModifiedTime(file)).append(' ');
          text.append(Files.size(file)).append(' ').append(file.toRealPath()).append('\n');
        } catch (IOException e) {
          text.append(file).append(" cannot be read\n");
        }
      }
    }
    return text.toString();
  }

  /** Collects keys, trust and rules. */
  public static final class Builder {
    private final List<KeySource> sources = new ArrayList<>();
    private boolean hasKey;
    private @Nullable String serverName;
    private boolean clientsMayBeUnknown;
    private Duration reloadEvery = Duration.ofSeconds(10);
    private Duration handshakeTimeout = Duration.ofSeconds(5);
    private int handshakesMax = 1024;

    private Builder() {}

    /**
     * The node's certificate and its key, as PEM files. A server needs one; a client without one can
     * only call servers that let unknown clients in.
     *
     * @param chain the node's certificate, and after it those between it and a trusted authority
     * @param key its private key, as PKCS#8 without a password: RSA, EC or EdDSA
     */
    public Builder certificate(Path chain, Path key) {
      return key(KeySource.pem(Objects.requireNonNull(chain), Objects.requireNonNull(key)));
    }

    /** The node's certificate and its key, as the only key of a PKCS12 or JKS file. */
    public Builder keyStore(Path file, char[] password) {
      return key(KeySource.file(file, password, true));
    }

    /** The node's certificate and its key, as the only key of a KeyStore. */
    public Builder keyStore(KeyStore store, char[] password) {
      return key(KeySource.store(store, password, true));
    }

    private Builder key(KeySource source) {
      if (hasKey) {
        throw new IllegalStateException("certificate: a second one (expected: one)");
      }
      hasKey = true;
      sources.add(source);
      return this;
    }

    /** Authorities whose certificates are believed, as a PEM file; may be said more than once. */
    public Builder trust(Path authorities) {
      sources.add(KeySource.trust(Objects.requireNonNull(authorities)));
      return this;
    }

    /** Authorities whose certificates are believed, as a PKCS12 or JKS file. */
    public Builder trustStore(Path file, char[] password) {
      sources.add(KeySource.file(file, password, false));
      return this;
    }

    /** Authorities whose certificates are believed, as a KeyStore. */
    public Builder trustStore(KeyStore store) {
      sources.add(KeySource.store(store, new char[0], false));
      return this;
    }

    /**
     * For a client: the name that every server's certificate must have, in place of the host that the
     * client connects to. For servers that are found by address, and share one name.
     */
    public Builder serverName(String name) {
      if (name.isEmpty()) {
        throw new IllegalArgumentException(
            "serverName: empty (expected: a DNS name or an address)");
      }
      serverName = name;
      return this;
    }

    /**
     * For a server: lets clients in that have no certificate, as {@link PeerIdentity#NONE}. A
     * certificate that is shown must be good all the same.
     */
    public Builder admitUnknownClients() {
      clientsMayBeUnknown = true;
      return this;
    }

    /** How often to look whether a file has changed; 10 s unless set, zero for never. */
    public Builder reloadEvery(Duration span) {
      reloadEvery = checked("reloadEvery", span, Duration.ZERO);
      return this;
    }

    /** How long a handshake may take before it is given up; 5 s unless set, 10 ms at least. */
    public Builder handshakeTimeout(Duration span) {
      handshakeTimeout = checked("handshakeTimeout", span, Duration.ofMillis(10));
      return this;
    }

    /**
     * How many handshakes a node has under way at once; 1,024 unless set. When one more comes, the one
     * that has waited longest for its peer is given up.
     */
    public Builder handshakesMax(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("handshakesMax: " + count + " (expected: >= 1)");
      }
      handshakesMax = count;
      return this;
    }

    /**
     * Reads everything and checks that it fits together.
     *
     * @throws IllegalArgumentException if a file is missing, cannot be read, is encrypted or of
     *     another form, if the key is not that of the certificate, or if nobody is trusted
     */
    public TlsSecurity build() {
      return new TlsSecurity(this);
    }

    private static Duration checked(String name, Duration span, Duration min) {
      if (span.compareTo(min) < 0 || span.compareTo(Duration.ofDays(365)) > 0) {
        throw new IllegalArgumentException(
            name + ": " + span + " (expected: " + min + " to 365 days)");
      }
      return span;
    }
  }
}
