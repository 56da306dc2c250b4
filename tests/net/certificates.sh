# SPDX-License-Identifier: BSD-3-Clause
# Throw-away certificates for the namespace scripts, in $RUN/NAME.pem and $RUN/NAME.key. Source it after lib.sh.

# authority NAME: a CA
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "/CN=$1" \
        -keyout "$RUN/$1.key" -out "$RUN/$1.pem" 2>/dev/null
}

# certificate CA NAME PURPOSE [ADDRESS]: signed by CA; PURPOSE is serverAuth or clientAuth
certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "/CN=$2" \
        -CA "$RUN/$1.pem" -CAkey "$RUN/$1.key" -addext "extendedKeyUsage=$3" -addext basicConstraints=critical,CA:FALSE \
        ${4:+-addext "subjectAltName=IP:$4"} -keyout "$RUN/$2.key" -out "$RUN/$2.pem" 2>/dev/null
}
