package io.meshrpc.security;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Keys and trust that were read and fit together, ready to be used. */
final class TlsMaterial {
  private static final int NO_TICKETS_S = 604_801; // one second more than a ticket may live

  private final SSLContext ssl;
  private final @Nullable X509Certificate own;

  private TlsMaterial(SSLContext ssl, @Nullable X509Certificate own) {
    this.ssl = ssl;
    this.own = own;
  }

  /**
   * Reads the sources.
   *
   * @throws IllegalArgumentException if something is missing, or does not fit
   */
  static TlsMaterial read(List<KeySource> sources) {
    KeySource.Entry own = null;
    List<X509Certificate> trusted = new ArrayList<>();
    for (KeySource source : sources) {
      KeySource.Found found = source.read();
      own = found.own() == null ? own : found.own();
      trusted.addAll(found.trusted());
    }
    if (trusted.isEmpty()) {
      throw new IllegalArgumentException(
          "trust: no certificate (expected: at least one authority to believe)");
    }
    if (own != null) {
      check(own);
    }
    try {
      return new TlsMaterial(
          context(own, trusted), own == null ? null : own.chain().get(0));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException("TLS: the keys cannot be used: " + e.getMessage(), e);
    }
  }

  SSLContext ssl() {
    return ssl;
  }

  /** The node's own certificate; null if it has none. */
  @Nullable
  X509Certificate own() {
    return own;
  }

  private static SSLContext context(KeySource.@Nullable Entry own, List<X509Certificate> trusted)
      throws GeneralSecurityException, IOException {
    KeyManager[] keys = null;
    if (own != null) {
      char[] none = {};
      KeyStore store = empty();
      store.setKeyEntry("own", own.key(), none, own.chain().toArray(new X509Certificate[0]));
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, none);
      keys = factory.getKeyManagers();
    }
    KeyStore store = empty();
    for (X509Certificate certificate : trusted) {
      store.setCertificateEntry("trusted-" + store.size(), certificate);
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    SSLContext ssl = SSLContext.getInstance("TLSv1.3");
    ssl.init(keys, factory.getTrustManagers(), null);
    // each connection proves everything anew: a server gives no tickets, a client keeps no session
    ssl.getServerSessionContext().setSessionTimeout(NO_TICKETS_S);
    ssl.getClientSessionContext().setSessionCacheSize(1);
    ssl.getClientSessionContext().setSessionTimeout(1);
    return ssl;
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  /** A key that is not that of the certificate would show only when somebody connects. */
  private static void check(KeySource.Entry own) {
    if (own.chain().isEmpty()) {
      throw new IllegalArgumentException(
          "certificate: " + own.from() + ": none (expected: that of the key)");
    }
    String type = own.key().getAlgorithm();
    String algorithm = switch (type) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> type;
    };
    byte[] text = {1, 2, 3, 4};
    boolean fits;
    try {
      Signature signature = Signature.getInstance(algorithm);
      if (type.equals("RSASSA-PSS")) {
        signature.setParameter(parameters(own.key()));
      }
      signature.initSign(own.key());
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(own.chain().get(0).getPublicKey());
      signature.update(text);
      fits = signature.verify(signed);
    } catch (GeneralSecurityException e) {
      fits = false; // such as a key of another kind
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "key: " + own.from() + ": not that of the certificate (expected: a pair)");
    }
  }

  /** Those that the key insists on, if it does. */
  private static AlgorithmParameterSpec parameters(PrivateKey key) {
    AlgorithmParameterSpec own = key instanceof RSAKey rsa ? rsa.getParams() : null;
    return own == null ? PSSParameterSpec.DEFAULT : own;
  }
}
