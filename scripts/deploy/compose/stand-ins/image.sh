# shellcheck shell=bash
# An image that holds nothing but where the machine's own folders go. Sourced after podman/lib.sh.
make_stand_in_image() {
  has_image localhost/stand-in && return
  folder=$store/stand-in
  rm -rf "$folder"
  mkdir -p "$folder"/{usr,tmp,root,proc,sys,dev,run,var/lib,var/tmp}
  chmod 1777 "$folder/tmp" "$folder/var/tmp"
  cp -a /etc "$folder/etc"
  rm -f "$folder"/etc/{resolv.conf,hosts,hostname,mtab}
  for link in bin sbin lib lib64; do ln -s "usr/$link" "$folder/$link"; done
  # LocalStack looks for this to know that it is in a container.
  touch "$folder/.dockerenv"
  import_root "$folder" localhost/stand-in "${trust[@]}" "HOME=$HOME" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin
  rm -rf "$folder"
}
