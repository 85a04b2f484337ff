package io.meshrpc.security;

import com.neilalexander.jnacl.crypto.curve25519;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZMQ;

/**
 * A key pair of CURVE: the public key is who a node is, the secret key proves it. Keys are written as 40
 * characters of Z85, as in ZeroMQ of any language. Immutable; {@link #secretKey} is the only way to see
 * the secret.
 */
public final class CurveKeys {
  private final byte[] publicKey;
  private final byte[] secretKey;

  private CurveKeys(byte[] publicKey, byte[] secretKey) {
    this.publicKey = publicKey;
    this.secretKey = secretKey;
  }

  /** A new pair, from the JDK's {@link java.security.SecureRandom}. */
  public static CurveKeys generate() {
    return of(ZMQ.Curve.generateKeyPair().secretKey);
  }

  /**
   * The pair of a secret key.
   *
   * @param secretKey 40 characters of Z85
   * @throws IllegalArgumentException if it is no key; the text does not show it
   */
  public static CurveKeys of(String secretKey) {
    byte[] secret = Z85Keys.decode("secret key", secretKey);
    byte[] open = new byte[secret.length];
    curve25519.crypto_scalarmult_base(open, secret);
    return new CurveKeys(open, secret);
  }

  /**
   * Reads a secret key from a file, as {@link #save} writes it.
   *
   * @throws IllegalArgumentException if it cannot be read, holds no key, or others than its owner and
   *     group may read it, or others than its owner may write it
   */
  public static CurveKeys load(Path secretKeyFile) {
    return KeyFiles.load(secretKeyFile);
  }

  /**
   * Writes {@code NAME.key}, the secret key, which only its owner may read, and {@code NAME.pub}, the
   * public key.
   *
   * @param name of letters, digits, dots, hyphens and underscores
   * @throws IllegalArgumentException if the name is another
   * @throws java.nio.file.FileAlreadyExistsException if one of the files is there; nothing is overwritten
   * @throws IOException if they cannot be written
   */
  public void save(Path directory, String name) throws IOException {
    KeyFiles.save(this, directory, name);
  }

  /** The public key, as 40 characters of Z85. */
  public String publicKey() {
    return ZMQ.Curve.z85Encode(publicKey);
  }

  /** The secret key, as 40 characters of Z85. Whoever has it can speak as this node. */
  public String secretKey() {
    return ZMQ.Curve.z85Encode(secretKey);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CurveKeys that && Arrays.equals(publicKey, that.publicKey);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(publicKey);
  }

  /** The public key; never the secret one. */
  @Override
  public String toString() {
    return "CurveKeys[" + publicKey() + "]";
  }
}
